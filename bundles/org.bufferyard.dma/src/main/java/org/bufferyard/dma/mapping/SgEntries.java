package org.bufferyard.dma.mapping;

import org.bufferyard.api.memory.Segment;
import org.bufferyard.api.memory.SgTable;

/** Writes into entries of a table: the fields that mapping changes. */
public final class SgEntries {
  private SgEntries() {}

  /** sg_dma_address and sg_dma_len of entry {@code index}; the CPU side stays. */
  public static void setDma(SgTable table, int index, long dma, long length) {
    Segment old = table.segments().get(index);
    table.set(
        index,
        switch (old) {
          case Segment.PageBacked p -> p.mappedAt(dma, length);
          case Segment.DmaOnly _ -> new Segment.DmaOnly(dma, length);
        });
  }

  public static void setLength(SgTable table, int index, long length) {
    if (table.segments().get(index) instanceof Segment.PageBacked p) {
      table.set(
          index, new Segment.PageBacked(p.page(), p.offset(), length, p.dma(), p.dmaLength()));
    }
  }
}
