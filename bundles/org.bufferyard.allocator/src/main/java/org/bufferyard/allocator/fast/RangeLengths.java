package org.bufferyard.allocator.fast;

/**
 * First frame to pages, for the live ranges of one bank.
 *
 * <p>Algorithm: an array of four bytes a frame, in parts of 4,096 that are made when the first range of
 * them is. Cost: two loads. Thread rule: one thread.
 */
final class RangeLengths {
  /** What stands where no range begins. */
  static final int NONE = 0;

  /** Pages of the longest range that can be said. */
  static final int LONGEST = Integer.MAX_VALUE;

  private static final int SHIFT = 12;
  private static final int MASK = (1 << SHIFT) - 1;

  private final int[][] parts;

  /** For frames 0 to {@code frames - 1}. */
  RangeLengths(long frames) {
    parts = new int[Math.toIntExact((frames + MASK) >>> SHIFT)][];
  }

  int get(long frame) {
    int[] part = parts[(int) (frame >>> SHIFT)];
    return part == null ? NONE : part[(int) frame & MASK];
  }

  void put(long frame, int pages) {
    int at = (int) (frame >>> SHIFT);
    int[] part = parts[at];
    if (part == null) {
      part = new int[1 << SHIFT];
      parts[at] = part;
    }
    part[(int) frame & MASK] = pages;
  }
}
