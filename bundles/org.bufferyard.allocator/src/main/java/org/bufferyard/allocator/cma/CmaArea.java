package org.bufferyard.allocator.cma;

import java.util.List;
import org.bufferyard.allocator.frames.FrameRuns;
import org.bufferyard.allocator.frames.LiveRanges;
import org.bufferyard.allocator.frames.PageFrames;
import org.bufferyard.api.allocator.AdoptionDeclinedException;
import org.bufferyard.api.allocator.AllocationRequest;
import org.bufferyard.api.allocator.Allocator;
import org.bufferyard.api.allocator.AllocatorSpec;
import org.bufferyard.api.memory.PageRef;
import org.bufferyard.api.memory.PhysRange;

/**
 * One contiguous memory area: mm/cma.c, cma_alloc() (B6).
 *
 * <p>Algorithm: first fit of exactly the requested pages at the requested alignment, range after
 * range; nothing is rounded to a power of two. Cost: {@link FrameRuns}'s, and one look-up a free.
 * Thread rule: engine thread. Caveat: which alignment a request carries (get_order, at most
 * CONFIG_CMA_ALIGNMENT) is the caller's, as in cma_alloc_aligned().
 *
 * <p>Not modelled: pages that cannot be migrated away (-EBUSY moves the kernel on to the next fit)
 * and movable pages living in the area.
 */
final class CmaArea implements Allocator {

  private final String id;
  private final List<FrameRuns> ranges;

  /** Frame to pages. */
  private final LiveRanges live = new LiveRanges();

  CmaArea(AllocatorSpec spec, List<PhysRange> adopted) throws AdoptionDeclinedException {
    id = spec.id();
    ranges = spec.regions().stream().map(FrameRuns::new).toList();
    for (PhysRange range : adopted) {
      adopt(range);
    }
  }

  private void adopt(PhysRange range) throws AdoptionDeclinedException {
    long frame = PageFrames.first(range);
    long count = PageFrames.of(PageRef.align(range.size()));
    FrameRuns holder = holder(frame, count);
    if (holder == null || (range.base() & (PageRef.SIZE - 1)) != 0) {
      throw new AdoptionDeclinedException(
          id + " cannot represent " + range + ": taken, outside or not aligned");
    }
    take(holder, frame, count);
  }

  /** The range that could give exactly these pages, or null. */
  private FrameRuns holder(long frame, long count) {
    for (FrameRuns range : ranges) {
      if (count > 0 && range.isFree(frame, count)) {
        return range;
      }
    }
    return null;
  }

  @Override
  public long allocate(AllocationRequest request) {
    long count = request.pages();
    long preferred = PageFrames.preferred(request, request.alignOrder());
    if (preferred >= 0) {
      FrameRuns holder = holder(preferred, count);
      if (holder != null) {
        return take(holder, preferred, count);
      }
    }
    long end = PageFrames.end(request);
    for (int i = 0; i < ranges.size(); i++) {
      FrameRuns range = ranges.get(i);
      long frame = range.find(count, request.alignOrder(), end);
      if (frame != FrameRuns.NONE) {
        return take(range, frame, count);
      }
    }
    return NO_MEMORY;
  }

  private long take(FrameRuns range, long frame, long count) {
    range.take(frame, count);
    live.put(frame, count);
    return frame << PageRef.SHIFT;
  }

  @Override
  public void free(long base, long sizeBytes) {
    long frame = PageFrames.of(base);
    if ((base & (PageRef.SIZE - 1)) != 0
        || sizeBytes < PageRef.SIZE
        || live.get(frame) << PageRef.SHIFT != sizeBytes) {
      throw PageFrames.notLive(id, base, sizeBytes);
    }
    long count = live.remove(frame);
    for (FrameRuns range : ranges) {
      if (range.region().contains(base)) {
        range.give(frame, count);
      }
    }
  }

  @Override
  public boolean owns(long phys) {
    for (FrameRuns range : ranges) {
      if (range.region().contains(phys)) {
        return true;
      }
    }
    return false;
  }

  @Override
  public long freeBytes() {
    long pages = 0;
    for (FrameRuns range : ranges) {
      pages += range.freePages();
    }
    return pages << PageRef.SHIFT;
  }

  @Override
  public void close() {
    // The book is all there is.
  }
}
