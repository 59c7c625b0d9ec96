package org.bufferyard.allocator.cma;

import org.bufferyard.allocator.frames.FrameBits;
import org.bufferyard.allocator.frames.PageFrames;
import org.bufferyard.api.memory.PhysRange;

/**
 * The bitmap of one range of an area, a bit a page (order_per_bit 0).
 *
 * <p>Algorithm: bitmap_find_next_zero_area_off() over the set of <em>free</em> pages, whose
 * hierarchy jumps over what is full. Cost: O(pages/64) in the worst case. Thread rule: engine
 * thread.
 */
final class CmaRange {

  static final long NONE = FrameBits.NONE;

  private final PhysRange region;
  private final long first;
  private final long pages;
  private final FrameBits free;
  private long freePages;

  CmaRange(PhysRange region) {
    this.region = region;
    first = PageFrames.first(region);
    pages = PageFrames.count(region);
    free = new FrameBits(pages);
    free.set(0, pages);
    freePages = pages;
  }

  PhysRange region() {
    return region;
  }

  long freePages() {
    return freePages;
  }

  /**
   * The first frame of the lowest free run, or {@link #NONE}.
   *
   * @param alignOrder of the frame number itself: cma_bitmap_aligned_offset() takes the start of the
   *     range into account
   * @param end first frame that may not be used
   */
  long find(long count, int alignOrder, long end) {
    long mask = (1L << alignOrder) - 1;
    long last = Math.min(pages, end - first) - count;
    long at = 0;
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
  boolean isFree(long frame, long count) {
    long at = frame - first;
    return at >= 0
        && count <= pages
        && at <= pages - count
        && free.nextClear(at, at + count) == at + count;
  }

  void take(long frame, long count) {
    free.clear(frame - first, frame - first + count);
    freePages -= count;
  }

  void give(long frame, long count) {
    free.set(frame - first, frame - first + count);
    freePages += count;
  }
}
