package org.bufferyard.dmabuf.ops.mapping;

import java.util.Map;
import java.util.Optional;
import org.bufferyard.api.dma.Dma.MapResult;
import org.bufferyard.api.dmabuf.ExportedMemory;
import org.bufferyard.api.dmabuf.OpsContext;
import org.bufferyard.api.event.DmaEvent;
import org.bufferyard.api.kernel.Errno;
import org.bufferyard.api.kernel.Rule;
import org.bufferyard.api.memory.CpuMapping;

/**
 * The CPU's views of a DMA allocation, for ops that know no other: dma_mmap_attrs(), and the kernel
 * address that the allocation has by itself, so that nothing is there to undo. Engine thread only.
 */
public final class AllocationViews {
  private final ExportedMemory memory;
  private final OpsContext context;

  public AllocationViews(ExportedMemory memory, OpsContext context) {
    this.memory = memory;
    this.context = context;
  }

  /** -EINVAL for memory that is no allocation. */
  public MapResult mmap(long pageOffset, long sizeBytes) {
    return memory
        .allocation()
        .map(a -> context.dma().mmap(memory.exporter(), a, pageOffset, sizeBytes))
        .orElseGet(() -> MapResult.failed(Errno.EINVAL.rc()));
  }

  /**
   * The kernel address.
   *
   * @param without what the driver answers where there is none
   * @param why what its step in the reason chain says then
   */
  public MapResult vmap(Rule rule, Errno without, String why) {
    Optional<CpuMapping> mapping = memory.allocation().flatMap(a -> context.dma().cpuMapping(a));
    if (mapping.isPresent()) {
      return MapResult.of(mapping.get());
    }
    context
        .events()
        .emit(
            new DmaEvent.Decided(
                rule, memory.exporter().id(), why, Map.of("errno", Errno.text(without.rc()))));
    return MapResult.failed(without.rc());
  }
}
