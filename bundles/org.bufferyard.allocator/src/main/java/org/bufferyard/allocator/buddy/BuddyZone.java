package org.bufferyard.allocator.buddy;

import org.bufferyard.allocator.frames.FrameBlocks;
import org.bufferyard.allocator.frames.PageFrames;
import org.bufferyard.api.memory.PhysRange;

/**
 * A run of memory inside one zone. Its blocks are counted from an origin below it that is aligned to
 * the largest block, so that a block's alignment is that of its physical address.
 */
final class BuddyZone {

  static final long NONE = FrameBlocks.NONE;

  private final PhysRange region;
  private final long origin;
  private final long end;
  private final FrameBlocks blocks;

  BuddyZone(PhysRange region, int maxOrder) {
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

  /** A frame where a block of the order is free and its first {@code pages} end in time. */
  long find(int order, int alignOrder, long pages, long limit) {
    long last = Math.min(end, limit) - pages - origin;
    if (alignOrder > 51 || last < 0) {
      return NONE;
    }
    long frame = NONE;
    if ((origin & ((1L << alignOrder) - 1)) == 0) {
      frame = blocks.smallestFit(order, alignOrder, last);
    } else {
      frame = walkAligned(order, alignOrder, last);
    }
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
