package org.bufferyard.allocator.frames;

/**
 * The free frames of one region as naturally aligned power-of-two blocks, the buddy system.
 *
 * <p>Algorithm: one {@link FrameBits} an order holds the free blocks of that order; a taken block is
 * split down to size, a returned one merges with its buddy as long as that is free. Free blocks are
 * maximal, so the lowest free block of an order or above is also the first fit of the kernel's
 * bitmap_find_free_region(). Cost: O(orders) bitmap operations; two bits a frame. Thread rule: one
 * thread. Caveat: it trusts its caller; who frees what is not live corrupts it, hence {@link
 * LiveRanges} in front.
 */
public final class FrameBlocks {

  /** What a search returns when there is no block. */
  public static final long NONE = FrameBits.NONE;

  private final FrameBits[] free;
  private final long frames;
  private long freeFrames;

  /** Blocks of orders 0 to {@code maxOrder} over the frames below {@code frames}, none free. */
  public FrameBlocks(long frames, int maxOrder) {
    this.frames = frames;
    free = new FrameBits[maxOrder + 1];
    for (int order = 0; order <= maxOrder; order++) {
      free[order] = new FrameBits(frames >>> order);
    }
  }

  /** Makes {@code [from, to)} free, in the largest aligned blocks. */
  public void release(long from, long to) {
    long at = from;
    while (at < to) {
      int order = Math.min(free.length - 1, Long.numberOfTrailingZeros(at | (1L << 62)));
      while ((1L << order) > to - at) {
        order--;
      }
      give(at, order);
      at += 1L << order;
    }
  }

  public long freeFrames() {
    return freeFrames;
  }

  /**
   * First fit: the lowest frame where a free block of the order starts, or {@link #NONE}.
   *
   * @param last highest start allowed
   */
  public long firstFit(int order, long last) {
    long best = Long.MAX_VALUE;
    for (int from = order; from < free.length; from++) {
      long block = free[from].nextSet(0);
      if (block != NONE) {
        best = Math.min(best, block << from);
      }
    }
    return best <= last ? best : NONE;
  }

  /**
   * The lowest free block of exactly that order, or {@link #NONE}: one step of
   * __rmqueue_smallest(), lowest address first.
   *
   * @param alignOrder the start is a multiple of this power of two, too
   * @param last highest start allowed
   */
  public long lowestOf(int order, int alignOrder, long last) {
    long block =
        order < alignOrder
            ? nextAligned(free[order], alignOrder - order)
            : free[order].nextSet(0);
    return block != NONE && block << order <= last ? block << order : NONE;
  }

  private static long nextAligned(FrameBits bits, int shift) {
    if (shift > 40) {
      return bits.get(0) ? 0 : NONE;
    }
    long mask = (1L << shift) - 1;
    long at = bits.capacity() == 0 ? NONE : bits.nextSet(0);
    while (at != NONE && (at & mask) != 0) {
      at = bits.nextSet((at | mask) + 1);
    }
    return at;
  }

  /** Whether the aligned block at {@code frame} is free as a whole. */
  public boolean isFree(long frame, int order) {
    return containing(frame, order) >= 0;
  }

  /** The order of the free block that holds the given one, or -1. */
  private int containing(long frame, int order) {
    if (frame < 0 || (frame & ((1L << order) - 1)) != 0 || frame + (1L << order) > frames) {
      return -1;
    }
    for (int from = order; from < free.length; from++) {
      long block = frame >>> from;
      if (block < free[from].capacity() && free[from].get(block)) {
        return from;
      }
    }
    return -1;
  }

  /** Takes a block that {@link #isFree}. */
  public void take(long frame, int order) {
    int from = containing(frame, order);
    assert from >= 0 : "block " + frame + " of order " + order + " is not free";
    free[from].clear(frame >>> from);
    while (from > order) {
      from--;
      free[from].set((frame >>> from) ^ 1);
    }
    freeFrames -= 1L << order;
  }

  /** Gives a taken block back. */
  public void give(long frame, int order) {
    assert containing(frame, order) < 0 : "block " + frame + " of order " + order + " is free";
    long block = frame >>> order;
    int to = order;
    while (to < free.length - 1
        && (block ^ 1) < free[to].capacity()
        && free[to].get(block ^ 1)) {
      free[to].clear(block ^ 1);
      block >>>= 1;
      to++;
    }
    free[to].set(block);
    freeFrames += 1L << order;
  }
}
