package org.bufferyard.allocator.frames;

import org.bufferyard.api.memory.PhysRange;

/**
 * The free pages of one range as runs of any length: a bitmap, a bit a page (order_per_bit 0 of
 * mm/cma.c).
 *
 * <p>Algorithm: bitmap_find_next_zero_area_off() over the set of <em>free</em> pages, whose
 * hierarchy jumps over what is full. Cost: O(pages/64) in the worst case. Thread rule: engine
 * thread.
 */
public final class FrameRuns {

  /** What a search returns when nothing fits. */
  public static final long NONE = FrameBits.NONE;

  private final PhysRange region;
  private final long first;
  private final long pages;
  private final FrameBits free;
  private long freePages;

  /** All of the region is free. */
  public FrameRuns(PhysRange region) {
    this.region = region;
    first = PageFrames.first(region);
    pages = PageFrames.count(region);
    free = new FrameBits(pages);
    free.set(0, pages);
    freePages = pages;
  }

  public PhysRange region() {
    return region;
  }

  public long freePages() {
    return freePages;
  }

  /**
   * The first frame of the lowest free run, or {@link #NONE}.
   *
   * @param alignOrder of the frame number itself: cma_bitmap_aligned_offset() takes the start of the
   *     range into account
   * @param end first frame that may not be used
   */
  public long find(long count, int alignOrder, long end) {
    return find(first, count, alignOrder, end);
  }

  /**
   * The same, not below a frame.
   *
   * @param from first frame to look at; clamped to the range
   */
  public long find(long from, long count, int alignOrder, long end) {
    long mask = (1L << alignOrder) - 1;
    long last = Math.min(pages, end - first) - count;
    long at = Math.max(0, from - first);
    while (at <= last) {
      at = free.nextSet(at);
      if (at == FrameBits.NONE) {
        return NONE;
      }
      at = ((at + first + mask) & ~mask) - first;
      if (at > last || at < 0) {
        return NONE;
      }
      long taken = free.nextClear(at, at + count);
      if (taken == at + count) {
        return first + at;
      }
      at = taken + 1;
    }
    return NONE;
  }

  /** Whether the run lies in this range and is free. */
  public boolean isFree(long frame, long count) {
    long at = frame - first;
    return at >= 0
        && count <= pages
        && at <= pages - count
        && free.nextClear(at, at + count) == at + count;
  }

  public void take(long frame, long count) {
    free.clear(frame - first, frame - first + count);
    freePages -= count;
  }

  public void give(long frame, long count) {
    free.set(frame - first, frame - first + count);
    freePages += count;
  }
}
