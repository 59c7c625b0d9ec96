package org.bufferyard.dmabuf.ops.vb2contig;

import org.bufferyard.api.dma.Dma.MapResult;
import org.bufferyard.api.dma.DmaDirection;
import org.bufferyard.api.dmabuf.CpuAccessOps;
import org.bufferyard.api.dmabuf.ExportedMemory;
import org.bufferyard.api.dmabuf.OpsContext;
import org.bufferyard.api.kernel.Errno;
import org.bufferyard.dmabuf.ops.mapping.AllocationViews;

/** The CPU's side of vb2-dma-contig: no cache operation, not even for buffers that need one. */
final class Vb2ContigCpu implements CpuAccessOps {
  private final AllocationViews views;

  Vb2ContigCpu(ExportedMemory memory, OpsContext context) {
    this.views = new AllocationViews(memory, context);
  }

  @Override
  public int beginCpuAccess(DmaDirection direction) {
    return 0;
  }

  @Override
  public int endCpuAccess(DmaDirection direction) {
    return 0;
  }

  @Override
  public MapResult mmap(long pageOffset, long sizeBytes, boolean shared) {
    return views.mmap(pageOffset, sizeBytes);
  }

  @Override
  public MapResult vmap() {
    return views.vmap(
        Vb2Rules.VMAP,
        Errno.EINVAL,
        "the buffer has no kernel address (DMA_ATTR_NO_KERNEL_MAPPING): -EINVAL");
  }

  /** The kernel address is the allocation's own: nothing to undo. */
  @Override
  public void vunmap() {}
}
