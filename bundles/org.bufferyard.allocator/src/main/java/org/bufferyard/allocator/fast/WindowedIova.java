package org.bufferyard.allocator.fast;

import org.bufferyard.allocator.frames.FrameBlocks;
import org.bufferyard.allocator.frames.LiveRanges;
import org.bufferyard.api.allocator.AdoptionDeclinedException;
import org.bufferyard.api.allocator.IovaAllocator;
import org.bufferyard.api.allocator.IovaContext.LiveIova;
import org.bufferyard.api.allocator.IovaSpec;

/**
 * IOVA ranges anywhere legal: stacks of what came back, over a buddy system.
 *
 * <p>Algorithm: every range is a power of two of frames, aligned to itself. Up to 32 frames the last
 * one that came back is given out again, as long as it lies below the limit. Everything else comes
 * from the lowest free block of the lowest {@linkplain IovaWindows window} that has one. Cost: O(1)
 * for what a stack holds, O(orders) in a window; one hash look-up a free. Thread rule: engine
 * thread.
 *
 * <p>Caveats: no kernel's placement, and no 32-bit-first; the lowest window is below 4 GiB anyhow.
 * Ranges up to half longer than needed are lost to rounding, which the kernel does for small ones
 * alone.
 */
final class WindowedIova implements IovaAllocator {
  /** 1, 2, 4, 8, 16 and 32 frames. */
  private static final int CLASSES = 6;

  /** Ranges that a stack holds. */
  private static final int DEPTH = 256;

  private final IovaSpec spec;
  private final IovaWindows windows;

  /** Last frame of a 64-bit address. */
  private final long top;

  private final long[][] stacks = new long[CLASSES][DEPTH];
  private final int[] depths = new int[CLASSES];

  /** First frame to frames as requested. */
  private final LiveRanges live = new LiveRanges();

  private long livePages;

  WindowedIova(IovaSpec spec) {
    this.spec = spec;
    this.top = -1L >>> spec.shift();
    this.windows = new IovaWindows(spec.startPfn(), top);
  }

  private static int order(long pages) {
    return pages == 1 ? 0 : 64 - Long.numberOfLeadingZeros(pages - 1);
  }

  void adopt(LiveIova range) throws AdoptionDeclinedException {
    long pages = range.pages();
    if (pages < 1
        || pages > top
        || range.pfn() < 0
        || !windows.take(range.pfn(), order(pages))) {
      throw new AdoptionDeclinedException(
          spec.domain() + " cannot represent " + range + ": taken, outside or not aligned");
    }
    grant(range.pfn(), pages);
  }

  @Override
  public long allocate(long pages, long limitPfn, boolean flushCaches) {
    if (pages < 1 || limitPfn < 0) {
      throw new IllegalArgumentException(
          spec.domain() + ": " + pages + " frames up to frame " + limitPfn);
    }
    long last = Math.min(limitPfn, top) - pages + 1;
    if (last < spec.startPfn()) {
      return NO_IOVA;
    }
    int order = order(pages);
    if (order < CLASSES && depths[order] > 0) {
      long pfn = stacks[order][depths[order] - 1];
      if (pfn <= last) {
        depths[order]--;
        return grant(pfn, pages);
      }
    }
    long pfn = windows.find(order, last);
    if (pfn == FrameBlocks.NONE) {
      flush();
      pfn = windows.find(order, last);
    }
    return pfn == FrameBlocks.NONE ? NO_IOVA : grant(pfn, pages);
  }

  private long grant(long pfn, long pages) {
    live.put(pfn, pages);
    livePages += 1L << order(pages);
    return pfn;
  }

  @Override
  public void free(long pfn, long pages) {
    long granted = pfn < 0 ? LiveRanges.ABSENT : live.get(pfn);
    if (granted == LiveRanges.ABSENT || pages < 1 || pages > granted) {
      throw new IllegalArgumentException(
          spec.domain() + ": " + pages + " frames at frame " + pfn + " are not live");
    }
    live.remove(pfn);
    int order = order(granted);
    livePages -= 1L << order;
    if (order < CLASSES && depths[order] < DEPTH) {
      stacks[order][depths[order]++] = pfn;
    } else {
      windows.give(pfn, order);
    }
  }

  private void flush() {
    for (int order = 0; order < CLASSES; order++) {
      while (depths[order] > 0) {
        windows.give(stacks[order][--depths[order]], order);
      }
    }
  }

  @Override
  public void reserve(long loPfn, long hiPfn) {
    if (loPfn < 0 || loPfn > hiPfn || hiPfn > top) {
      throw new IllegalArgumentException(
          spec.domain() + ": reservation of frames " + loPfn + " to " + hiPfn);
    }
    flush();
    if (!windows.reserve(loPfn, hiPfn)) {
      throw new IllegalArgumentException(
          spec.domain() + ": a live range lies in frames " + loPfn + " to " + hiPfn);
    }
  }

  @Override
  public long livePages() {
    return livePages;
  }

  @Override
  public void close() {
    // The book is all there is.
  }
}
