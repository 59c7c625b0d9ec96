package org.bufferyard.dmabuf.ops.coherentremap;

import org.bufferyard.api.dma.Dma.MapResult;
import org.bufferyard.api.dma.DmaDirection;
import org.bufferyard.api.dmabuf.CpuAccessOps;
import org.bufferyard.api.dmabuf.ExportedMemory;
import org.bufferyard.api.dmabuf.OpsContext;
import org.bufferyard.api.kernel.Errno;
import org.bufferyard.dmabuf.ops.mapping.AllocationViews;

/**
 * The CPU's side of coherent memory (P6): fences and no cache operation, mmap the coherent way, the
 * exporter's own kernel mapping. kmap is no operation here: it is gone from every release whose
 * rules the profiles follow.
 */
final class CoherentCpu implements CpuAccessOps {
  private final AllocationViews views;
  private final OpsContext context;

  CoherentCpu(ExportedMemory memory, OpsContext context) {
    this.views = new AllocationViews(memory, context);
    this.context = context;
  }

  @Override
  public int beginCpuAccess(DmaDirection direction) {
    return waitFor(direction);
  }

  @Override
  public int endCpuAccess(DmaDirection direction) {
    return waitFor(direction);
  }

  private int waitFor(DmaDirection direction) {
    return context.waitForFences(
        direction == DmaDirection.BIDIRECTIONAL || direction == DmaDirection.TO_DEVICE);
  }

  @Override
  public MapResult mmap(long pageOffset, long sizeBytes, boolean shared) {
    return views.mmap(pageOffset, sizeBytes);
  }

  @Override
  public MapResult vmap() {
    return views.vmap(
        RemapRules.VMAP,
        Errno.EINVAL,
        "the allocation has no kernel mapping (DMA_ATTR_NO_KERNEL_MAPPING): -EINVAL");
  }

  /** The mapping is the allocation's own and stays. */
  @Override
  public void vunmap() {}
}
