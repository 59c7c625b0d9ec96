package org.bufferyard.allocator.fast;

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
 * Frames anywhere legal: next fit.
 *
 * <p>Algorithm: a set of free frames a region, searched from where the last grant ended, then from
 * the start. Nothing is rounded, split or merged. Cost: a few words of the bitmap while the region
 * has room ahead, O(frames/64) when it is all but full; one hash look-up a free. Thread rule: engine
 * thread.
 *
 * <p>Caveat: no kernel's placement; a large request may find a region more broken up than under the
 * buddy system, which never parts a block that a smaller one could spare.
 */
final class NextFitFrames implements Allocator {
  private final String id;
  private final List<FrameRuns> regions;

  /** Frame to pages. */
  private final LiveRanges live = new LiveRanges();

  /** Where the next search begins: a region, and a frame in it. */
  private int region;

  private long frame;

  NextFitFrames(AllocatorSpec spec, List<PhysRange> adopted) throws AdoptionDeclinedException {
    id = spec.id();
    regions = spec.regions().stream().map(FrameRuns::new).toList();
    for (PhysRange range : adopted) {
      adopt(range);
    }
  }

  private void adopt(PhysRange range) throws AdoptionDeclinedException {
    long first = PageFrames.first(range);
    long count = PageFrames.of(PageRef.align(range.size()));
    int at = count > 0 ? holder(first, count) : -1;
    if (at < 0 || (range.base() & (PageRef.SIZE - 1)) != 0) {
      throw new AdoptionDeclinedException(
          id + " cannot represent " + range + ": taken, outside or not aligned");
    }
    take(at, first, count);
  }

  private int holder(long first, long count) {
    for (int i = 0; i < regions.size(); i++) {
      if (regions.get(i).isFree(first, count)) {
        return i;
      }
    }
    return -1;
  }

  @Override
  public long allocate(AllocationRequest request) {
    long count = request.pages();
    long preferred = PageFrames.preferred(request, request.alignOrder());
    int holder = preferred >= 0 ? holder(preferred, count) : -1;
    if (holder >= 0) {
      return take(holder, preferred, count);
    }
    long end = PageFrames.end(request);
    int begin = region;
    long from = frame;
    // One step more than there are regions: the first one again, from its start.
    for (int step = 0; step <= regions.size(); step++) {
      int at = (begin + step) % regions.size();
      FrameRuns runs = regions.get(at);
      if (count <= runs.freePages()) {
        long found = runs.find(step == 0 ? from : 0, count, request.alignOrder(), end);
        if (found != FrameRuns.NONE) {
          region = at;
          frame = found + count;
          return take(at, found, count);
        }
      }
    }
    return NO_MEMORY;
  }

  private long take(int at, long first, long count) {
    regions.get(at).take(first, count);
    live.put(first, count);
    return first << PageRef.SHIFT;
  }

  @Override
  public void free(long base, long sizeBytes) {
    long first = PageFrames.of(base);
    if ((base & (PageRef.SIZE - 1)) != 0
        || sizeBytes < PageRef.SIZE
        || live.get(first) << PageRef.SHIFT != sizeBytes) {
      throw PageFrames.notLive(id, base, sizeBytes);
    }
    long count = live.remove(first);
    for (FrameRuns runs : regions) {
      if (runs.region().contains(base)) {
        runs.give(first, count);
      }
    }
  }

  @Override
  public boolean owns(long phys) {
    for (FrameRuns runs : regions) {
      if (runs.region().contains(phys)) {
        return true;
      }
    }
    return false;
  }

  @Override
  public long freeBytes() {
    long pages = 0;
    for (FrameRuns runs : regions) {
      pages += runs.freePages();
    }
    return pages << PageRef.SHIFT;
  }

  @Override
  public void close() {
    // The book is all there is.
  }
}
