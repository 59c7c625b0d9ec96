package org.bufferyard.api.dmabuf;

import java.util.Objects;
import java.util.Optional;
import org.bufferyard.api.dma.Allocation;
import org.bufferyard.api.dma.Dma;
import org.bufferyard.api.dma.Dma.SgResult;
import org.bufferyard.api.dma.DmaDevice;
import org.bufferyard.api.memory.SgTable;

/**
 * What is being exported.
 *
 * @param exporter the device whose driver exports
 * @param sizeBytes of the dma-buf, fixed for life
 * @param allocation the DMA allocation behind it; empty for page exporters
 * @param pages the pages behind it, for heaps and udmabuf; together with an allocation, the table
 *     that came with a noncontiguous one ({@code dma_alloc_noncontiguous}, not coherent memory)
 */
public record ExportedMemory(
    DmaDevice exporter, long sizeBytes, Optional<Allocation> allocation, Optional<SgTable> pages) {
  public ExportedMemory {
    Objects.requireNonNull(exporter, "exporter");
    if (allocation.isEmpty() && pages.isEmpty()) {
      throw new IllegalArgumentException("neither an allocation nor pages");
    }
  }

  /** Whether the allocation is a noncontiguous one, whose table came with it. */
  public boolean isNoncontiguous() {
    return allocation.isPresent() && pages.isPresent();
  }

  /** The pages behind it, or what dma_get_sgtable() makes of the allocation (C1). */
  public SgResult table(Dma dma) {
    return pages
        .map(SgResult::of)
        .orElseGet(() -> dma.getSgtable(exporter, allocation.orElseThrow(), sizeBytes));
  }
}
