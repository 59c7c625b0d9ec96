package org.bufferyard.dmabuf.ops.mapping;

import java.util.Optional;
import org.bufferyard.api.dma.Dma.MapResult;
import org.bufferyard.api.dma.Dma.SgResult;
import org.bufferyard.api.dmabuf.ExportedMemory;
import org.bufferyard.api.dmabuf.OpsContext;
import org.bufferyard.api.kernel.Errno;
import org.bufferyard.api.memory.SgTable;

/**
 * The list of pages that an exporter holds, and the CPU's views of them. Where a driver's allocation
 * lies below, the views are the allocation's. Offsets count pages, sizes bytes. Engine thread only.
 */
public final class BufferPages {
  private final ExportedMemory memory;
  private final OpsContext context;
  private Optional<SgTable> list = Optional.empty();

  public BufferPages(ExportedMemory memory, OpsContext context) {
    this.memory = memory;
    this.context = context;
  }

  /** The pages that came with the memory, or what dma_get_sgtable() makes of the allocation. */
  public SgResult take() {
    SgResult result = memory.table(context.dma());
    list = result.table();
    return result;
  }

  /** Empty before {@link #take}, after {@link #drop}, and where there was none to take. */
  public Optional<SgTable> list() {
    return list;
  }

  /** The pages go back to whoever took them. */
  public void drop() {
    list = Optional.empty();
  }

  /** To user space. */
  public MapResult mmap(long pageOffset, long sizeBytes) {
    return memory
        .allocation()
        .map(a -> context.dma().mmap(memory.exporter(), a, pageOffset, sizeBytes))
        .orElseGet(
            () -> MapResult.of(context.cpuMapping(list.orElseThrow(), pageOffset, sizeBytes)));
  }

  /**
   * All of them, to the kernel.
   *
   * @param without what the driver answers where the allocation has no kernel mapping
   */
  public MapResult vmap(Errno without) {
    return memory
        .allocation()
        .map(a -> context.dma().cpuMapping(a))
        .orElseGet(() -> Optional.of(context.cpuMapping(list.orElseThrow(), 0, memory.sizeBytes())))
        .map(MapResult::of)
        .orElseGet(() -> MapResult.failed(without.rc()));
  }
}
