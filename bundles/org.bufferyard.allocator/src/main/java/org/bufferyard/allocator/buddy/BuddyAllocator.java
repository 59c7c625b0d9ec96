package org.bufferyard.allocator.buddy;

import java.util.ArrayList;
import java.util.List;
import org.bufferyard.allocator.frames.LiveRanges;
import org.bufferyard.allocator.frames.PageFrames;
import org.bufferyard.api.allocator.AdoptionDeclinedException;
import org.bufferyard.api.allocator.AllocationRequest;
import org.bufferyard.api.allocator.Allocator;
import org.bufferyard.api.allocator.AllocatorSpec;
import org.bufferyard.api.memory.PageRef;
import org.bufferyard.api.memory.PhysRange;

/**
 * The page allocator: mm/page_alloc.c.
 *
 * <p>Algorithm: blocks of 2^order pages, aligned by physical address; three pages take four until
 * they are freed. The highest zone whose memory the limit allows is asked first, as the kernel's zone
 * lists do; within it the smallest sufficient block is split, of several the lowest: at boot the
 * blocks are queued in ascending order and taken from the head (__free_pages_core() with
 * FPI_TO_TAIL, get_page_from_free_area()). What the edges of banks leave of a largest block counts as
 * used up by then, and is taken last. Cost: O(orders) bitmap operations a run. Thread rule: engine
 * thread.
 *
 * <p>Caveat: which of several equal blocks the kernel takes depends on its free lists, per-CPU lists
 * and everything that ran before; recorded placements are replayed with {@code preferredBase}. Where
 * a recorded allocation failed for its place there is none to replay: a device that reaches only
 * part of the DMA zone fails on arm64 as the low end of that zone does. Not modelled: migrate types, watermarks, per-CPU lists,
 * NUMA nodes, freeing of a block in parts.
 */
final class BuddyAllocator implements Allocator {

  private static final int DEFAULT_MAX_ORDER = 10;
  private static final String FOUR_GIB = "0x100000000";

  private final String id;
  private final int maxOrder;

  /** Ascending; no run spans two. */
  private final List<Zone> zones;

  /**
   * Memory between two zone boundaries.
   *
   * @param cores whole largest blocks, ascending
   * @param edges what banks have beside them, ascending
   */
  private record Zone(long end, List<BuddyRun> cores, List<BuddyRun> edges) {
    Zone(long end) {
      this(end, new ArrayList<>(), new ArrayList<>());
    }
  }

  /** Frame to pages as requested. */
  private final LiveRanges live = new LiveRanges();

  BuddyAllocator(AllocatorSpec spec, List<PhysRange> adopted) throws AdoptionDeclinedException {
    id = spec.id();
    maxOrder =
        (int) number(spec, "max-order", Integer.toString(DEFAULT_MAX_ORDER));
    if (maxOrder < 0 || maxOrder > 20) {
      throw new IllegalArgumentException(id + ": max-order " + maxOrder + " is not 0 to 20");
    }
    zones = zones(spec, maxOrder);
    for (PhysRange range : adopted) {
      adopt(range);
    }
  }

  private static List<Zone> zones(AllocatorSpec spec, int maxOrder) {
    List<Zone> zones = new ArrayList<>();
    for (String text : spec.parameters().getOrDefault("zone-boundaries", FOUR_GIB).split(",")) {
      zones.add(new Zone(decode(spec, "zone-boundaries", text.strip()) & -PageRef.SIZE));
    }
    // 2^64: what no boundary ends.
    zones.add(new Zone(0));
    for (PhysRange region : spec.regions()) {
      long base = region.base();
      for (Zone zone : zones) {
        if (base == region.base() + region.size()
            || zone.end() != 0 && Long.compareUnsigned(zone.end(), base) <= 0) {
          continue;
        }
        boolean endsInside = zone.end() != 0 && region.contains(zone.end());
        long end = endsInside ? zone.end() : region.base() + region.size();
        addRuns(zone, base, end, PageRef.SIZE << maxOrder);
        base = end;
      }
    }
    return List.copyOf(zones);
  }

  /** Parts {@code [base, end)} at its first and last largest-block boundary. */
  private static void addRuns(Zone zone, long base, long end, long block) {
    long first = base + block - 1 & -block;
    long last = end & -block;
    if (Long.compareUnsigned(first - base, end - base) > 0 || last - base < first - base) {
      first = end;
      last = end;
    }
    addRun(zone.edges(), base, first, block);
    addRun(zone.cores(), first, last, block);
    addRun(zone.edges(), last, end, block);
  }

  private static void addRun(List<BuddyRun> runs, long base, long end, long block) {
    if (base != end) {
      int maxOrder = Long.numberOfTrailingZeros(block) - PageRef.SHIFT;
      runs.add(new BuddyRun(new PhysRange(base, end - base), maxOrder));
    }
  }

  private static long number(AllocatorSpec spec, String name, String fallback) {
    return decode(spec, name, spec.parameters().getOrDefault(name, fallback));
  }

  private static long decode(AllocatorSpec spec, String name, String text) {
    try {
      return Long.decode(text);
    } catch (NumberFormatException e) {
      throw new IllegalArgumentException(
          spec.id() + ": parameter " + name + " '" + text + "' is not a number", e);
    }
  }

  private void adopt(PhysRange range) throws AdoptionDeclinedException {
    long frame = PageFrames.first(range);
    long count = PageFrames.of(PageRef.align(range.size()));
    BuddyRun run = run(range.base());
    int order = count < 1 ? 64 : AllocationRequest.pages(count).order();
    if (run == null
        || order > maxOrder
        || (range.base() & (PageRef.SIZE - 1)) != 0
        || !run.isFree(frame, order)) {
      throw new AdoptionDeclinedException(
          id + " cannot represent " + range + ": taken, outside or not a naturally aligned block");
    }
    take(run, frame, order, count);
  }

  /** The run of an address, or null. */
  private BuddyRun run(long phys) {
    for (Zone zone : zones) {
      for (List<BuddyRun> runs : List.of(zone.cores(), zone.edges())) {
        for (BuddyRun run : runs) {
          if (run.region().contains(phys)) {
            return run;
          }
        }
      }
    }
    return null;
  }

  @Override
  public long allocate(AllocationRequest request) {
    int order = request.order();
    if (order > maxOrder) {
      return NO_MEMORY;
    }
    long pages = request.pages();
    int align = request.alignOrder();
    long preferred = PageFrames.preferred(request, Math.max(order, align));
    if (preferred >= 0) {
      BuddyRun run = run(request.preferredBase());
      if (run != null && run.isFree(preferred, order)) {
        return take(run, preferred, order, pages);
      }
    }
    long end = PageFrames.end(request);
    for (int i = zones.size() - 1; i >= 0; i--) {
      Zone zone = zones.get(i);
      for (List<BuddyRun> runs : List.of(zone.cores(), zone.edges())) {
        long phys = allocate(runs, order, align, pages, end);
        if (phys != NO_MEMORY) {
          return phys;
        }
      }
    }
    return NO_MEMORY;
  }

  /** The smallest sufficient block of all runs, of several the lowest. */
  private long allocate(List<BuddyRun> runs, int order, int align, long pages, long end) {
    for (int block = order; block <= maxOrder; block++) {
      for (BuddyRun run : runs) {
        long frame = run.find(block, align, pages, end);
        if (frame != BuddyRun.NONE) {
          return take(run, frame, order, pages);
        }
      }
    }
    return NO_MEMORY;
  }

  private long take(BuddyRun run, long frame, int order, long pages) {
    run.take(frame, order);
    live.put(frame, pages);
    return frame << PageRef.SHIFT;
  }

  @Override
  public void free(long base, long sizeBytes) {
    long frame = PageFrames.of(base);
    BuddyRun run = run(base);
    if (run == null
        || (base & (PageRef.SIZE - 1)) != 0
        || sizeBytes < PageRef.SIZE
        || live.get(frame) << PageRef.SHIFT != sizeBytes) {
      throw PageFrames.notLive(id, base, sizeBytes);
    }
    run.give(frame, AllocationRequest.pages(live.remove(frame)).order());
  }

  @Override
  public boolean owns(long phys) {
    return run(phys) != null;
  }

  @Override
  public long freeBytes() {
    long frames = 0;
    for (Zone zone : zones) {
      for (List<BuddyRun> runs : List.of(zone.cores(), zone.edges())) {
        for (BuddyRun run : runs) {
          frames += run.freeFrames();
        }
      }
    }
    return frames << PageRef.SHIFT;
  }

  @Override
  public void close() {
    // The book is all there is.
  }
}
