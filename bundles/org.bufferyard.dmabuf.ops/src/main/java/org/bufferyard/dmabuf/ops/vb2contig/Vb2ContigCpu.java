package org.bufferyard.dmabuf.ops.vb2contig;

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

/** The CPU's side of vb2-dma-contig: no cache operation, not even for buffers that need one. */
final class Vb2ContigCpu implements CpuAccessOps {
  private final ExportedMemory memory;
  private final OpsContext context;

  Vb2ContigCpu(ExportedMemory memory, OpsContext context) {
    this.memory = memory;
    this.context = context;
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
                  Vb2Rules.VMAP,
                  memory.exporter().id(),
                  "the buffer has no kernel address (DMA_ATTR_NO_KERNEL_MAPPING): -EINVAL",
                  Map.of("errno", "-EINVAL")));
      return MapResult.failed(Errno.EINVAL.rc());
    }
    return MapResult.of(mapping.get());
  }

  /** The kernel address is the allocation's own: nothing to undo. */
  @Override
  public void vunmap() {}
}
