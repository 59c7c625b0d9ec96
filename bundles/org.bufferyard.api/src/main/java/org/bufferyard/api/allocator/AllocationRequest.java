package org.bufferyard.api.allocator;

import org.bufferyard.api.memory.PageRef;

/**
 * A request for physically contiguous pages.
 *
 * @param pages count, at least 1, less than 2^52
 * @param alignOrder log2 of the alignment in pages that the physical address needs; a kind may
 *     align further
 * @param limit last physical address that the requested bytes may have, unsigned; what a kind
 *     rounds up to may lie beyond
 * @param preferredBase take this address if it is free and a place that the kind itself could
 *     choose (its alignment, the limit), else choose: how recorded placements are replayed; {@link
 *     #NO_PREFERENCE} for none
 */
public record AllocationRequest(long pages, int alignOrder, long limit, long preferredBase) {
  public static final long NO_PREFERENCE = -1L;

  public AllocationRequest {
    if (pages < 1 || pages >= (1L << 52) || alignOrder < 0 || alignOrder > 51) {
      throw new IllegalArgumentException(pages + " pages, alignment order " + alignOrder);
    }
  }

  /** Any address will do. */
  public static AllocationRequest pages(long pages) {
    return new AllocationRequest(pages, 0, -1L, NO_PREFERENCE);
  }

  public long sizeBytes() {
    return pages << PageRef.SHIFT;
  }

  /** get_order(): the smallest order whose block holds the request. */
  public int order() {
    return pages == 1 ? 0 : 64 - Long.numberOfLeadingZeros(pages - 1);
  }
}
