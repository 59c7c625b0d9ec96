package org.bufferyard.allocator.fast;

/**
 * Ranges that came back, by their number of pages; the last one goes out first.
 *
 * <p>Algorithm: a stack a size up to {@value #LARGEST} pages, {@value #DEPTH} deep, made when a range of
 * that size first comes back. Cost: a few loads. Thread rule: one thread.
 */
final class RecentRanges {
  static final long NONE = -1L;

  private static final int LARGEST = 512;
  private static final int DEPTH = 64;

  /** Pages to first frames. */
  private final long[][] stacks = new long[LARGEST + 1][];

  private final int[] depths = new int[LARGEST + 1];
  private long pages;

  /** What takes a range that is held no longer. */
  interface Taker {
    void take(long frame, int count);
  }

  /** Pages of all ranges that are held. */
  long pages() {
    return pages;
  }

  /** Holds a range, unless it is too long or there are enough of its kind. */
  boolean push(long frame, int count) {
    if (count > LARGEST || depths[count] == DEPTH) {
      return false;
    }
    long[] stack = stacks[count];
    if (stack == null) {
      stack = new long[DEPTH];
      stacks[count] = stack;
    }
    stack[depths[count]++] = frame;
    pages += count;
    return true;
  }

  /**
   * The range that came back last, or {@link #NONE}: also when that one does not suit.
   *
   * @param end first frame that may not be used
   */
  long pop(long count, int alignOrder, long end) {
    if (count > LARGEST || depths[(int) count] == 0) {
      return NONE;
    }
    int size = (int) count;
    long frame = stacks[size][depths[size] - 1];
    if ((frame & ((1L << alignOrder) - 1)) != 0 || frame + count > end) {
      return NONE;
    }
    depths[size]--;
    pages -= count;
    return frame;
  }

  /** Lets all go. */
  void drain(Taker taker) {
    for (int count = 1; count <= LARGEST && pages > 0; count++) {
      while (depths[count] > 0) {
        pages -= count;
        taker.take(stacks[count][--depths[count]], count);
      }
    }
  }
}
