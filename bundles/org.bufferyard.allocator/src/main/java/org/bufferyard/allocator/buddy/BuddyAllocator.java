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
 * lists do; within it the smallest sufficient block is split, of several the lowest. Cost: O(orders)
 * bitmap operations a zone. Thread rule: engine thread.
 *
 * <p>Caveat: which of several equal blocks the kernel takes depends on its free lists, per-CPU lists
 * and everything that ran before; the lowest address is this model's choice, and recorded placements
 * are replayed with {@code preferredBase}. Not modelled: migrate types, watermarks, per-CPU lists,
 * NUMA nodes, freeing of a block in parts.
 */
final class BuddyAllocator implements Allocator {

  private static final int DEFAULT_MAX_ORDER = 10;
  private static final String FOUR_GIB = "0x100000000";

  private final String id;
  private final int maxOrder;

  /** Ascending. */
  private final List<BuddyZone> zones;

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

  private static List<BuddyZone> zones(AllocatorSpec spec, int maxOrder) {
    List<BuddyZone> zones = new ArrayList<>();
    for (PhysRange region : spec.regions()) {
      PhysRange rest = region;
      for (String text : spec.parameters().getOrDefault("zone-boundaries", FOUR_GIB).split(",")) {
        long boundary = decode(spec, "zone-boundaries", text.strip()) & -PageRef.SIZE;
        if (rest.contains(boundary) && boundary != rest.base()) {
          zones.add(new BuddyZone(new PhysRange(rest.base(), boundary - rest.base()), maxOrder));
          rest = new PhysRange(boundary, rest.size() - (boundary - rest.base()));
        }
      }
      zones.add(new BuddyZone(rest, maxOrder));
    }
    return List.copyOf(zones);
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
    BuddyZone zone = zone(range.base());
    int order = count < 1 ? 64 : AllocationRequest.pages(count).order();
    if (zone == null
        || order > maxOrder
        || (range.base() & (PageRef.SIZE - 1)) != 0
        || !zone.isFree(frame, order)) {
      throw new AdoptionDeclinedException(
          id + " cannot represent " + range + ": taken, outside or not a naturally aligned block");
    }
    take(zone, frame, order, count);
  }

  /** The zone of an address, or null. */
  private BuddyZone zone(long phys) {
    for (BuddyZone zone : zones) {
      if (zone.region().contains(phys)) {
        return zone;
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
      BuddyZone zone = zone(request.preferredBase());
      if (zone != null && zone.isFree(preferred, order)) {
        return take(zone, preferred, order, pages);
      }
    }
    long end = PageFrames.end(request);
    for (int i = zones.size() - 1; i >= 0; i--) {
      BuddyZone zone = zones.get(i);
      long frame = zone.find(order, align, pages, end);
      if (frame != BuddyZone.NONE) {
        return take(zone, frame, order, pages);
      }
    }
    return NO_MEMORY;
  }

  private long take(BuddyZone zone, long frame, int order, long pages) {
    zone.take(frame, order);
    live.put(frame, pages);
    return frame << PageRef.SHIFT;
  }

  @Override
  public void free(long base, long sizeBytes) {
    long frame = PageFrames.of(base);
    BuddyZone zone = zone(base);
    if (zone == null
        || (base & (PageRef.SIZE - 1)) != 0
        || sizeBytes < PageRef.SIZE
        || live.get(frame) << PageRef.SHIFT != sizeBytes) {
      throw PageFrames.notLive(id, base, sizeBytes);
    }
    zone.give(frame, AllocationRequest.pages(live.remove(frame)).order());
  }

  @Override
  public boolean owns(long phys) {
    return zone(phys) != null;
  }

  @Override
  public long freeBytes() {
    long frames = 0;
    for (BuddyZone zone : zones) {
      frames += zone.freeFrames();
    }
    return frames << PageRef.SHIFT;
  }

  @Override
  public void close() {
    // The book is all there is.
  }
}
