package org.bufferyard.api.dmabuf;

import org.osgi.annotation.versioning.ProviderType;

/** A point on a timeline. Engine thread only. */
@ProviderType
public interface DmaFence {
  /** Timeline. */
  long context();

  long seqno();

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
}
