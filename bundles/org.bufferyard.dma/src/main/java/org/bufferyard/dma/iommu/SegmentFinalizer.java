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

  /** Which segments are bus addresses of peers. */
  final boolean[] bus;

  final int count;

  /** A segment that was given a length that is not its own; -1: none. */
  final int wrongLength;

  /**
   * @param firstLength whether a bus address gets the length of the list's first entry, as iommu_dma_map_sg()
   *     laid it out
   */
  SegmentFinalizer(
      PaddedList list, long iova, long boundaryMask, long maxSegment, boolean firstLength) {
    final int entries = list.entries;
    dma = new long[entries];
    length = new long[entries];
    bus = new boolean[entries];
    long at = iova;
    long current = 0;
    int segments = 0;
    int wrong = -1;
    for (int i = 0; i < entries; i++) {
      long bytes = list.length[i];
      if (list.bus[i]) {
        long given = firstLength ? firstLength(list, i) : bytes;
        wrong = wrong < 0 && given != bytes ? segments : wrong;
        bus[segments] = true;
        dma[segments] = list.base[i];
        length[segments++] = given;
        current = 0;
        continue;
      }
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
    wrongLength = wrong;
  }

  /** sg->length where s->length is meant: of a first entry with an IOVA, what it was padded to. */
  private static long firstLength(PaddedList list, int entry) {
    return entry == 0 || list.bus[0] ? list.length[0] : list.padded[0];
  }
}
