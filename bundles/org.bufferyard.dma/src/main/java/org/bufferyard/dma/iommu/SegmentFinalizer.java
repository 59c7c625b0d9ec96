package org.bufferyard.dma.iommu;

/**
 * __finalise_sg() (D8, N2 step 5): which entries share a DMA segment.
 *
 * <p>{@code max_len - cur_len} is unsigned and 32 bits wide: once a segment is longer than the
 * device's maximum, which a single entry may be, the difference wraps and everything after it merges.
 */
final class SegmentFinalizer {
  private static final long UINT_MAX = 0xffff_ffffL;

  /** First address and length of each segment, {@link #count} of them. */
  final long[] dma;

  final long[] length;
  final int count;

  SegmentFinalizer(PaddedList list, long iova, long boundaryMask, long maxSegment) {
    final int entries = list.entries;
    dma = new long[entries];
    length = new long[entries];
    long at = iova;
    long current = 0;
    int segments = 0;
    for (int i = 0; i < entries; i++) {
      long bytes = list.length[i];
      long skip = list.skip[i];
      boolean joins =
          current != 0
              && skip == 0
              && (at & boundaryMask) != 0
              && ((maxSegment - current) & UINT_MAX) >= bytes;
      if (joins) {
        current = (current + bytes) & UINT_MAX;
      } else {
        current = bytes;
        dma[segments++] = at + skip;
      }
      length[segments - 1] = current;
      at += list.padded[i];
      if (bytes + skip < list.padded[i]) {
        current = 0;
      }
    }
    count = segments;
  }
}
