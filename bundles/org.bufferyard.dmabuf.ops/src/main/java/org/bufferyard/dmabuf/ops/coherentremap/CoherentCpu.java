package org.bufferyard.dmabuf.ops.coherentremap;

import java.util.Map;
import java.util.Optional;
import org.bufferyard.api.dma.Dma.MapResult;
import org.bufferyard.api.dma.DmaDirection;
import org.bufferyard.api.dmabuf.CpuAccessOps;
import org.bufferyard.api.dmabuf.ExportedMemory;
import org.bufferyard.api.dmabuf.OpsContext;
import org.bufferyard.api.event.DmaEvent;
import org.bufferyard.api.kernel.Errno;
import org.bufferyard.api.memory.CpuMapping;

/**
 * The CPU's side of coherent memory (P6): fences and no cache operation, mmap the coherent way, the
 * exporter's own kernel mapping. kmap is no operation here: it is gone from every release whose
 * rules the profiles follow.
 */
final class CoherentCpu implements CpuAccessOps {
  private final ExportedMemory memory;
  private final OpsContext context;

  CoherentCpu(ExportedMemory memory, OpsContext context) {
    this.memory = memory;
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
    return memory
        .allocation()
        .map(a -> context.dma().mmap(memory.exporter(), a, pageOffset, sizeBytes))
        .orElseGet(() -> MapResult.failed(Errno.EINVAL.rc()));
  }

  @Override
  public MapResult vmap() {
    Optional<CpuMapping> mapping =
        memory.allocation().flatMap(a -> context.dma().cpuMapping(a));
    if (mapping.isEmpty()) {
      context
          .events()
          .emit(
              new DmaEvent.Decided(
                  RemapRules.VMAP,
                  memory.exporter().id(),
                  "the allocation has no kernel mapping (DMA_ATTR_NO_KERNEL_MAPPING): -EINVAL",
                  Map.of("errno", "-EINVAL")));
      return MapResult.failed(Errno.EINVAL.rc());
    }
    return MapResult.of(mapping.get());
  }

  /** The mapping is the allocation's own and stays. */
  @Override
  public void vunmap() {}
}
