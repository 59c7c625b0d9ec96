package org.bufferyard.api.dmabuf;

import org.bufferyard.api.dma.Dma.MapResult;
import org.bufferyard.api.dma.DmaDirection;
import org.osgi.annotation.versioning.ConsumerType;

/**
 * The CPU's side of one buffer's ops, as the members of {@code struct dma_buf_ops} of these names.
 * Which of them the exporter sets stands in its {@link OpsTraits}; the core calls no other.
 * Results are 0 or a negative errno. Engine thread only.
 */
@ConsumerType
public interface CpuAccessOps {
  /** Before the core waits for fences (F7): 0 or a negative errno. */
  int beginCpuAccess(DmaDirection direction);

  int endCpuAccess(DmaDirection direction);

  /**
   * A user mapping; the core has checked the bounds (F8).
   *
   * @param pageOffset vm_pgoff, pages
   * @param shared VM_SHARED; some exporters take no private mapping
   */
  MapResult mmap(long pageOffset, long sizeBytes, boolean shared);

  /** A kernel mapping of the whole buffer. */
  MapResult vmap();

  /** Undoes {@link #vmap}. */
  void vunmap();
}
