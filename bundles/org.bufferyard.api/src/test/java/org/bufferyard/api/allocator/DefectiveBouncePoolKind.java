package org.bufferyard.api.allocator;

import static org.bufferyard.api.allocator.BouncePoolSpec.SEGMENT_SLOTS;
import static org.bufferyard.api.allocator.BouncePoolSpec.SLOT_BYTES;

import java.util.BitSet;
import java.util.HashMap;
import java.util.Map;
import org.bufferyard.api.memory.PhysRange;

/** A plain first-fit bounce pool that keeps every rule but the one its defect breaks. */
final class DefectiveBouncePoolKind implements BouncePoolKind {

  /** What is wrong, and the rule that has to notice. */
  enum Defect {
    NONE(""),
    TAKES_ONE_SLOT_LESS("liveBouncesShareNoSlot"),
    FORGETS_THE_ORIGINAL_BITS("addressBitsUnderTheMaskAreKept"),
    IGNORES_THE_ALIGNMENT("alignmentIsRespected"),
    IGNORES_THE_BOUNDARY("boundaryIsNotCrossed"),
    FORGETS_EVERY_FIFTIETH_RELEASE("everythingComesBack"),
    IGNORES_THE_PREFERENCE("preferredSlotIsTakenWhenFree"),
    RELEASES_ANYTHING("onlyLiveBouncesCanBeReleased"),
    CROSSES_SEGMENTS("noBounceIsLongerThanASegment"),
    ADOPTS_ANYTHING("impossibleAdoptionsAreDeclined");

    final String rule;

    Defect(String rule) {
      this.rule = rule;
    }
  }

  private final Defect defect;

  DefectiveBouncePoolKind(Defect defect) {
    this.defect = defect;
  }

  @Override
  public BouncePool open(BouncePoolSpec spec, AllocatorContext context)
      throws AdoptionDeclinedException {
    Book book = new Book(spec.region());
    for (PhysRange range : context.live()) {
      book.adopt(range);
    }
    return book;
  }

  private final class Book implements BouncePool {
    private final PhysRange region;
    private final BitSet used = new BitSet();

    /** Address to the slots taken, first and count. */
    private final Map<Long, int[]> live = new HashMap<>();

    private int releases;

    Book(PhysRange region) {
      this.region = region;
    }

    void adopt(PhysRange range) throws AdoptionDeclinedException {
      boolean inside = region.contains(range.base(), range.size());
      if (!inside && defect == Defect.ADOPTS_ANYTHING) {
        return;
      }
      if (!inside || used.get(slot(range.base()), slot(range.last()) + 1).length() > 0) {
        throw new AdoptionDeclinedException(range + " does not fit");
      }
      take(range.base(), slot(range.base()), slot(range.last()) + 1 - slot(range.base()));
    }

    private int slot(long address) {
      return (int) ((address - region.base()) / SLOT_BYTES);
    }

    @Override
    public long map(BounceRequest request) {
      if (request.sizeBytes() == 0) {
        throw new IllegalArgumentException("bounce of 0 bytes");
      }
      if (defect != Defect.CROSSES_SEGMENTS && request.sizeBytes() > SEGMENT_SLOTS * SLOT_BYTES
          || request.sizeBytes() > region.size()) {
        return FULL;
      }
      long keep = defect == Defect.FORGETS_THE_ORIGINAL_BITS ? 0 : request.minAlignMask();
      long align =
          defect == Defect.IGNORES_THE_ALIGNMENT
              ? 0
              : request.allocAlignMask() & ~request.minAlignMask();
      long low = request.original() & keep & (SLOT_BYTES - 1);
      int count = (int) ((low + request.sizeBytes() + SLOT_BYTES - 1) / SLOT_BYTES);
      int preferred = slot(request.preferred());
      if (defect != Defect.IGNORES_THE_PREFERENCE
          && region.contains(request.preferred())
          && fits(request, preferred, count, low, keep, align)) {
        return take(region.base() + (long) preferred * SLOT_BYTES + low, preferred, count);
      }
      for (int slot = 0; slot < region.size() / SLOT_BYTES; slot++) {
        if (fits(request, slot, count, low, keep, align)) {
          return take(region.base() + (long) slot * SLOT_BYTES + low, slot, count);
        }
      }
      return FULL;
    }

    private boolean fits(
        BounceRequest request, int slot, int count, long low, long keep, long align) {
      long bus = request.poolDma() + (long) slot * SLOT_BYTES + low;
      long last = bus + request.sizeBytes() - 1;
      return slot + count <= region.size() / SLOT_BYTES
          && used.get(slot, slot + count).isEmpty()
          && ((bus ^ request.original()) & keep) == 0
          && (bus & align) == 0
          && (defect == Defect.IGNORES_THE_BOUNDARY
              || (bus & ~request.boundaryMask()) == (last & ~request.boundaryMask()));
    }

    private long take(long address, int slot, int count) {
      int marked = defect == Defect.TAKES_ONE_SLOT_LESS && count > 4 ? count - 1 : count;
      used.set(slot, slot + marked);
      live.put(address, new int[] {slot, marked});
      return address;
    }

    @Override
    public void release(long address) {
      int[] slots = live.remove(address);
      if (slots == null) {
        if (defect == Defect.RELEASES_ANYTHING) {
          return;
        }
        throw new IllegalArgumentException("not live: 0x" + Long.toHexString(address));
      }
      if (defect != Defect.FORGETS_EVERY_FIFTIETH_RELEASE || ++releases % 50 != 0) {
        used.clear(slots[0], slots[0] + slots[1]);
      }
    }

    @Override
    public boolean owns(long phys) {
      return region.contains(phys);
    }

    @Override
    public long usedSlots() {
      // A forgotten slot is not counted either, or the simpler rule would notice first.
      return live.values().stream().mapToLong(slots -> slots[1]).sum();
    }

    @Override
    public void close() {}
  }
}
