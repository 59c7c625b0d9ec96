package org.bufferyard.allocator.swiotlb;

import static org.bufferyard.api.allocator.AllocationRequest.NO_PREFERENCE;
import static org.bufferyard.api.allocator.BouncePoolSpec.SEGMENT_SLOTS;
import static org.bufferyard.api.allocator.BouncePoolSpec.SLOT_BYTES;

import org.bufferyard.allocator.frames.LiveRanges;
import org.bufferyard.api.allocator.AdoptionDeclinedException;
import org.bufferyard.api.allocator.AllocatorContext;
import org.bufferyard.api.allocator.BouncePool;
import org.bufferyard.api.allocator.BouncePoolSpec;
import org.bufferyard.api.allocator.BounceRequest;
import org.bufferyard.api.event.DmaEvent;
import org.bufferyard.api.kernel.KernelOops;
import org.bufferyard.api.kernel.Rule;
import org.bufferyard.api.memory.PhysRange;

/**
 * The slots of one bounce pool: kernel/dma/swiotlb.c, swiotlb_search_pool_area() and
 * swiotlb_release_slots() (E1, E4).
 *
 * <p>Algorithm: a bit a slot of 2 KiB, 128 slots a segment. Each area searches from where its last
 * bounce ended and wraps; a run never leaves its segment. The kernel's {@code list} of free run
 * lengths is a bit scan of the segment's two words here. Cost: O(slots of an area) for a full one,
 * usually a few. Thread rule: engine thread.
 *
 * <p>Caveats: one CPU, so the search begins in area 0. A search of 6.1 may run for ever (a mask above
 * a slot, and nothing free); here it ends after one round and the pool is full. Not modelled: pools
 * that grow (CONFIG_SWIOTLB_DYNAMIC), high-water marks. The message of a full pool is the caller's,
 * which knows the attributes.
 * Adopted ranges and leaked ones are not told apart by the kernel's counters: {@link #usedSlots} has
 * only what this book gave out or took over.
 */
final class SwiotlbPool implements BouncePool {

  private static final Rule ZERO_BYTES = Rule.of("E4", "swiotlb_search_pool_area");
  private static final Rule BOUNDARY = Rule.of("E4", "iommu_is_span_boundary");
  private static final int NONE = -1;

  private final BouncePoolSpec spec;
  private final AllocatorContext context;
  private final long start;
  private final int areaSlots;

  /** A bit a slot, set when taken. */
  private final long[] taken;

  /** Slots taken, an area each; {@code io_tlb_area.used}. */
  private final int[] used;

  /** Where the next search begins, slots from the start of the area; {@code io_tlb_area.index}. */
  private final int[] index;

  /** Address to first slot, and number of slots in the low 16 bits. */
  private final LiveRanges live = new LiveRanges();

  /** What recorded kernels' searches passed over; empty unless a record is replayed. */
  private final LeakedSlots leaked = new LeakedSlots();

  private int usedSlots;

  SwiotlbPool(BouncePoolSpec spec, AllocatorContext context) {
    this.spec = spec;
    this.context = context;
    if (spec.slots() > 1 << 24 || spec.slots() < spec.areas()) {
      throw new IllegalArgumentException(
          "bounce pool " + spec.id() + ": " + spec.slots() + " slots in " + spec.areas() + " areas");
    }
    start = spec.region().base();
    areaSlots = (int) spec.slots() / spec.areas();
    taken = new long[((int) spec.slots() + 63) >>> 6];
    used = new int[spec.areas()];
    index = new int[spec.areas()];
  }

  /** Takes over a bounce of a predecessor. */
  void adopt(PhysRange range) throws AdoptionDeclinedException {
    if (!spec.region().contains(range.base(), range.size())) {
      throw new AdoptionDeclinedException(range + " does not lie in bounce pool " + spec.id());
    }
    int first = (int) ((range.base() - start) >>> 11);
    int count = (int) ((range.last() - start) >>> 11) + 1 - first;
    if (count > SEGMENT_SLOTS || !isFree(first, count)) {
      throw new AdoptionDeclinedException(
          "bounce pool " + spec.id() + " cannot represent " + range + ": taken or too long");
    }
    take(first, count);
    live.put(range.base(), (long) first << 16 | count);
  }

  @Override
  public long map(BounceRequest request) {
    SlotSearch search = SlotSearch.of(request, context.kernel());
    if (search.slots() == 0) {
      throw bug(ZERO_BYTES, "kernel BUG at kernel/dma/swiotlb.c: a bounce of 0 bytes");
    }
    if (search.slots() > SEGMENT_SLOTS) {
      return FULL;
    }
    int slot = preferred(search, request);
    if (slot == NONE) {
      slot = seen(search, request);
    }
    for (int area = 0; area < used.length && slot == NONE; area++) {
      slot = search(search, request, area, NONE);
    }
    if (slot == NONE) {
      return FULL;
    }
    int count = (int) search.slots();
    take(slot, count);
    if (request.preferred() != NO_PREFERENCE || request.seen() != NO_PREFERENCE) {
      leaked.lent(slot, count);
    }
    int area = slot / areaSlots;
    index[area] = wrap(slot - area * areaSlots + count);
    long address = start + (long) slot * SLOT_BYTES + search.offset();
    live.put(address, (long) slot << 16 | count);
    return address;
  }

  private KernelOops bug(Rule rule, String text) {
    context.events().emit(new DmaEvent.Oopsed(rule, spec.id(), text));
    return new KernelOops(rule, text);
  }

  /** The slot that gives the preferred address, if it suits. */
  private int preferred(SlotSearch search, BounceRequest request) {
    int slot = slotOf(search, request.preferred());
    return slot != NONE && isAligned(search, request, slot) && suits(search, request, slot)
        ? slot
        : NONE;
  }

  /** The slot from which a request is served by this address. */
  private int slotOf(SlotSearch search, long address) {
    if (address == NO_PREFERENCE || !spec.region().contains(address)) {
      return NONE;
    }
    long slot = ((address - start) >>> 11) - (search.offset() >>> 11);
    return slot >= 0 && slot < (long) areaSlots * used.length ? (int) slot : NONE;
  }

  /** Where a recorded search ended, if one may end there; what lies before it is leaked then. */
  private int seen(SlotSearch search, BounceRequest request) {
    int wanted = slotOf(search, request.seen());
    if (wanted == NONE) {
      return NONE;
    }
    leaked.begin();
    for (int area = 0; area < used.length; area++) {
      if (search(search, request, area, wanted) == wanted) {
        return leaked.admits(wanted, (int) search.slots()) ? wanted : NONE;
      }
    }
    leaked.forget();
    return NONE;
  }

  /**
   * One round through an area.
   *
   * @param wanted pass over every other slot; {@link #NONE}: take the first that suits
   */
  private int search(SlotSearch search, BounceRequest request, int area, int wanted) {
    if (search.slots() > areaSlots - used[area]) {
      return NONE;
    }
    int base = area * areaSlots;
    long step = search.stride();
    // ALIGN() is mask arithmetic, whatever the stride.
    int at = search.startsAligned() ? wrap((index[area] + step - 1) & -step) : index[area];
    int first = at;
    for (long checked = 0; checked < areaSlots; ) {
      if (!isAligned(search, request, base + at)) {
        at = wrap(at + 1);
        checked++;
      } else if (suits(search, request, base + at)
          && (wanted == NONE || pass(base + at, (int) search.slots(), wanted))) {
        return base + at;
      } else {
        at = wrap(at + step);
        checked += step;
      }
      if (search.startsAligned() && at == first) {
        return NONE;
      }
    }
    return NONE;
  }

  /** Whether this is the wanted slot; any other is noted. */
  private boolean pass(int slot, int count, int wanted) {
    if (slot != wanted) {
      leaked.passed(slot, count);
    }
    return slot == wanted;
  }

  /** wrap_area_index(): beyond the end is the beginning, however far. */
  private int wrap(long at) {
    return at >= areaSlots ? 0 : (int) at;
  }

  private boolean isAligned(SlotSearch search, BounceRequest request, int slot) {
    long bus = (request.poolDma() & request.boundaryMask()) + (long) slot * SLOT_BYTES;
    return (bus & search.zeroMask()) == 0
        && ((bus ^ request.original()) & search.keepMask()) == 0;
  }

  private boolean suits(SlotSearch search, BounceRequest request, int slot) {
    long bus = request.poolDma() & request.boundaryMask();
    // nr_slots() of the pool's bus address, then iommu_is_span_boundary().
    long shift = (bus >>> 11) + ((bus & (SLOT_BYTES - 1)) == 0 ? 0 : 1);
    if (Long.bitCount(search.maxSlots()) != 1) {
      throw bug(
          BOUNDARY,
          "kernel BUG at include/linux/iommu-helper.h: segment boundary mask 0x"
              + Long.toHexString(request.boundaryMask())
              + " is not a power of two less one");
    }
    long inBoundary = (shift + slot) & (search.maxSlots() - 1);
    return inBoundary + search.slots() <= search.maxSlots()
        && isFree(slot, (int) search.slots());
  }

  /** Whether {@code list} of the slot would say at least {@code count}. */
  private boolean isFree(int slot, int count) {
    int inSegment = slot & (SEGMENT_SLOTS - 1);
    int last = slot + count - 1;
    if (inSegment + count > SEGMENT_SLOTS
        || last / areaSlots != slot / areaSlots
        || last >= areaSlots * used.length) {
      return false;
    }
    for (int at = slot; at < slot + count; ) {
      int bits = Math.min(64 - (at & 63), slot + count - at);
      long mask = (bits == 64 ? -1L : (1L << bits) - 1) << at;
      if ((taken[at >>> 6] & mask) != 0) {
        return false;
      }
      at += bits;
    }
    return !leaked.blocks(slot, count);
  }

  private void take(int slot, int count) {
    for (int at = slot; at < slot + count; at++) {
      taken[at >>> 6] |= 1L << at;
    }
    used[slot / areaSlots] += count;
    usedSlots += count;
  }

  @Override
  public void release(long address) {
    long entry = live.remove(address);
    if (entry == LiveRanges.ABSENT) {
      throw new IllegalArgumentException(
          "bounce pool " + spec.id() + ": 0x" + Long.toHexString(address) + " is not live");
    }
    int slot = (int) (entry >>> 16);
    int count = (int) entry & 0xffff;
    for (int at = slot; at < slot + count; at++) {
      taken[at >>> 6] &= ~(1L << at);
    }
    used[slot / areaSlots] -= count;
    usedSlots -= count;
  }

  @Override
  public boolean owns(long phys) {
    return spec.region().contains(phys);
  }

  @Override
  public long usedSlots() {
    return usedSlots;
  }

  @Override
  public void close() {
    // The book is all there is.
  }
}
