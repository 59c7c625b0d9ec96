package org.bufferyard.allocator.buddy;

import org.bufferyard.allocator.frames.FrameBlocks;
import org.bufferyard.allocator.frames.PageFrames;
import org.bufferyard.api.memory.PhysRange;

/**
 * A run of memory inside one zone: whole largest blocks, or what a bank's edge leaves of one. Blocks
 * are counted from an origin below the run that is aligned to the largest block, so that a block's
 * alignment is that of its physical address.
 */
final class BuddyRun {

  static final long NONE = FrameBlocks.NONE;

  private final PhysRange region;
  private final long origin;
  private final long end;
  private final FrameBlocks blocks;

  BuddyRun(PhysRange region, int maxOrder) {
    this.region = region;
    long first = PageFrames.first(region);
    origin = first & -(1L << maxOrder);
    end = first + PageFrames.count(region);
    blocks = new FrameBlocks(end - origin, maxOrder);
    blocks.release(first - origin, end - origin);
  }

  PhysRange region() {
    return region;
  }

  long freeFrames() {
    return blocks.freeFrames();
  }

  /**
   * The lowest frame where a free block of exactly {@code block} starts whose first {@code pages} end
   * in time.
   */
  long find(int block, int alignOrder, long pages, long limit) {
    long last = Math.min(end, limit) - pages - origin;
    if (alignOrder > 51 || last < 0) {
      return NONE;
    }
    long frame =
        (origin & ((1L << alignOrder) - 1)) == 0
            ? blocks.lowestOf(block, alignOrder, last)
            : walkAligned(block, alignOrder, last);
    return frame == NONE ? NONE : origin + frame;
  }

  /** For an alignment beyond the largest block: candidate after candidate. */
  private long walkAligned(int order, int alignOrder, long last) {
    long mask = (1L << alignOrder) - 1;
    for (long frame = ((origin + mask) & ~mask) - origin; frame <= last; frame += mask + 1) {
      if (blocks.isFree(frame, order)) {
        return frame;
      }
    }
    return NONE;
  }

  boolean isFree(long frame, int order) {
    return blocks.isFree(frame - origin, order);
  }

  void take(long frame, int order) {
    blocks.take(frame - origin, order);
  }

  void give(long frame, int order) {
    blocks.give(frame - origin, order);
  }
}
