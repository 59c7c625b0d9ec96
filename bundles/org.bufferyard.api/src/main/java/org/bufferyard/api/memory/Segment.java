package org.bufferyard.api.memory;

import java.util.Objects;

/**
 * One scatterlist entry.
 *
 * <p>An entry has a page, or it has a DMA address and nothing else. Asking a DMA-only entry for its
 * page does not answer null: it raises a hazard, because on a machine it would be a wild pointer.
 */
public sealed interface Segment {

  /** Not mapped, or unreachable: all ones, as {@code DMA_MAPPING_ERROR}. */
  long NO_DMA = -1L;

  /** Bus address or IOVA of one device; {@link #NO_DMA} before it is mapped. */
  long dma();

  /** Bytes at {@link #dma()}; 0 for entries that were merged into an earlier one. */
  long dmaLength();

  /**
   * The page, for a consumer that walks pages.
   *
   * @return {@link PageRef#ABSENT} after a hazard, when there is none
   */
  PageRef page(PageHazards hazards);

  /**
   * An entry of the CPU list.
   *
   * @param offset byte offset into the page; may exceed a page
   * @param length bytes of the CPU side
   */
  record PageBacked(PageRef page, int offset, long length, long dma, long dmaLength)
      implements Segment {
    public PageBacked {
      Objects.requireNonNull(page, "page");
    }

    /** An entry that is not mapped for any device yet. */
    public PageBacked(PageRef page, int offset, long length) {
      this(page, offset, length, NO_DMA, 0);
    }

    @Override
    public PageRef page(PageHazards hazards) {
      if (!page.backing().hasLinearMapping()) {
        hazards.pageWithoutLinearMapping(this);
      }
      return page;
    }

    /** sg_phys(): where the bytes are. */
    public long phys() {
      return page.phys() + offset;
    }

    /** The same CPU side with another DMA side. */
    public PageBacked mappedAt(long newDma, long newLength) {
      return new PageBacked(page, offset, length, newDma, newLength);
    }
  }

  /** An entry without a page: prefilled by the exporter, for one device. */
  record DmaOnly(long dma, long dmaLength) implements Segment {
    @Override
    public PageRef page(PageHazards hazards) {
      hazards.noPage(this);
      return PageRef.ABSENT;
    }
  }
}
