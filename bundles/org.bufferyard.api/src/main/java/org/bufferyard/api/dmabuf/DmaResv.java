package org.bufferyard.api.dmabuf;

import java.util.List;
import org.osgi.annotation.versioning.ProviderType;

/** The reservation object of a buffer (F11). Engine thread only. */
@ProviderType
public interface DmaResv {
  /** A fence and the class it was added under. */
  record Entry(DmaFence fence, FenceUsage usage) {}

  /**
   * dma_resv_add_fence(): replaces an earlier fence of the same context whose usage is not stronger,
   * or any signaled entry.
   */
  void add(DmaFence fence, FenceUsage usage);

  /** dma_resv_replace_fences(): the entries of a context become this one. */
  void replace(long context, DmaFence fence, FenceUsage usage);

  /** dma_resv_test_signaled(). */
  boolean isSignaled(FenceUsage usage);

  /** Unsignaled and signaled entries of that class and all before it, oldest first. */
  List<Entry> fences(FenceUsage usage);
}
