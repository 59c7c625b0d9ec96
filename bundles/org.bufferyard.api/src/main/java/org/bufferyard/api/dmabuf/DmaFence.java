package org.bufferyard.api.dmabuf;

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
