package org.bufferyard.api.dmabuf;

import org.osgi.annotation.versioning.ProviderType;

/**
 * One driver's attempt to lock several reservations ({@code struct ww_acquire_ctx} of {@code
 * reservation_ww_class}): of two that want what the other holds, the younger one has to let go.
 * Engine thread only.
 *
 * <p>What the kernel checks with CONFIG_DEBUG_WW_MUTEXES is reported as a hazard and otherwise goes
 * on as it would without. Source: {@code include/linux/ww_mutex.h}, {@code kernel/locking/ww_mutex.h}
 * (SEMANTICS F10).
 */
@ProviderType
public interface AcquireContext {
  /** Counts contexts of a yard: the smaller one is older. */
  long stamp();

  /** Reservations that it holds. */
  int acquired();

  /**
   * A signal for the thread: an interruptible wait for a reservation ends with -EINTR, no other does.
   */
  void interrupt();

  /** ww_acquire_done(): it has all that it needs and locks no more. */
  void done();

  /** ww_acquire_fini(): all is unlocked again, and the context is not used any more. */
  void fini();
}
