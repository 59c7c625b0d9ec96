package org.bufferyard.api.dmabuf;

import java.util.OptionalLong;
import org.osgi.annotation.versioning.ProviderType;

/**
 * A point on a timeline ({@code struct dma_fence}); containers are fences too. Engine thread only.
 *
 * <p>Whoever makes a fence holds one reference. References count, as in the kernel; nothing depends
 * on dropping the last one of a plain fence.
 */
@ProviderType
public interface DmaFence {
  /** Timeline. */
  long context();

  long seqno();

  /** dma_fence_is_signaled(): a look at a container looks at what it holds. */
  boolean isSignaled();

  /** 0 while unsignaled, 1 after success, a negative errno after dma_fence_set_error(). */
  int status();

  /**
   * dma_fence_set_error(): what {@link #status} answers once signaled.
   *
   * @param rc a negative errno
   * @throws IllegalStateException when the fence is signaled already (the kernel warns)
   */
  void setError(int rc);

  /** dma_fence_signal(): 0, or -EINVAL when it was signaled already. */
  int signal();

  /**
   * dma_fence_signal_timestamp(): the driver knows when the work ended.
   *
   * @param timestampNanos virtual time
   */
  int signal(long timestampNanos);

  /**
   * dma_fence_timestamp(), ns of virtual time; empty while it is not signaled (the kernel warns). A
   * container that nobody waits for is signaled, and gets its time, when somebody looks at it.
   */
  OptionalLong timestampNanos();

  /**
   * dma_fence_set_deadline() (since 6.4): a waiter would like it signaled by then. A container hands
   * it on to all that it holds; a driver keeps the earliest. Nothing happens to a signaled fence, nor
   * in a kernel without deadlines.
   *
   * @param deadlineNanos virtual time
   */
  void setDeadline(long deadlineNanos);

  /** The earliest deadline that its driver was given, ns; empty for none, and for containers. */
  OptionalLong deadlineNanos();

  /** Runs {@code callback} once when signaled, at once if it is already. */
  void onSignal(Runnable callback);

  /**
   * dma_fence_add_callback().
   *
   * @return 0, or -ENOENT when the fence is signaled already, and then the callback never runs
   */
  int addCallback(Runnable callback);

  /** dma_fence_remove_callback(): whether it was still waiting. */
  boolean removeCallback(Runnable callback);

  /**
   * dma_fence_wait_timeout(), as dma_fence_default_wait() answers it. Nobody else runs while the
   * engine thread waits: what is not signaled now is not signaled at the end.
   *
   * @param timeout in the caller's units (the kernel's are jiffies)
   * @return what is left of the timeout, at least 1; 0 when it ran out
   */
  long waitTimeout(long timeout);

  /** kref_read(): references held. */
  int references();

  /** dma_fence_get(). */
  void get();

  /** dma_fence_put(): the last one gives back what a container holds. */
  void put();

  /** dma_fence_driver_name(); a fence that is signaled has left its driver (since 6.17). */
  String driverName();

  /** dma_fence_timeline_name(), likewise. */
  String timelineName();
}
