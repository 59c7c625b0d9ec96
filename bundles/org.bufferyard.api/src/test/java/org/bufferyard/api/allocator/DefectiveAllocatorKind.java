package org.bufferyard.api.allocator;

import java.util.Map;
import java.util.TreeMap;
import org.bufferyard.api.memory.PageRef;
import org.bufferyard.api.memory.PhysRange;

/** A plain first-fit allocator that keeps every rule but the one its defect breaks. */
final class DefectiveAllocatorKind implements AllocatorKind {

  /** What is wrong, and the rule that has to notice. */
  enum Defect {
    NONE(""),
    SEES_ONLY_THE_START_OF_LIVE_RANGES("liveRangesNeverOverlap"),
    IGNORES_THE_LIMIT("limitIsRespected"),
    IGNORES_THE_ALIGNMENT("alignmentIsRespected"),
    FORGETS_EVERY_FIFTIETH_FREE("everythingComesBack"),
    COUNTS_ONE_PAGE_A_GRANT("takenPagesAreAccountedFor"),
    IGNORES_THE_PREFERENCE("preferredBaseIsHonouredWhenFree"),
    FREES_ANYTHING("onlyLiveRangesCanBeFreed"),
    ADOPTS_ANYTHING("impossibleAdoptionsAreDeclined"),
    ONE_BOOK_A_KIND("booksOfOneKindShareNothing");

    final String rule;

    Defect(String rule) {
      this.rule = rule;
    }
  }

  private final Defect defect;
  private final TreeMap<Long, Long> shared = new TreeMap<>();

  DefectiveAllocatorKind(Defect defect) {
    this.defect = defect;
  }

  @Override
  public Allocator open(AllocatorSpec spec, AllocatorContext context)
      throws AdoptionDeclinedException {
    Book book =
        new Book(
            spec.regions().getFirst(),
            defect == Defect.ONE_BOOK_A_KIND ? shared : new TreeMap<>());
    for (PhysRange range : context.live()) {
      book.adopt(range);
    }
    return book;
  }

  private final class Book implements Allocator {
    private final PhysRange region;
    private final TreeMap<Long, Long> live;
    private int frees;

    Book(PhysRange region, TreeMap<Long, Long> live) {
      this.region = region;
      this.live = live;
    }

    void adopt(PhysRange range) throws AdoptionDeclinedException {
      if (defect != Defect.ADOPTS_ANYTHING
          && (!region.contains(range.base(), range.size()) || isTaken(range))) {
        throw new AdoptionDeclinedException(range + " does not fit");
      }
      live.put(range.base(), range.size());
    }

    @Override
    public long allocate(AllocationRequest request) {
      long size = request.sizeBytes();
      long step =
          defect == Defect.IGNORES_THE_ALIGNMENT
              ? PageRef.SIZE
              : PageRef.SIZE << request.alignOrder();
      if (Long.compareUnsigned(size, region.size()) > 0 || step <= 0) {
        return NO_MEMORY;
      }
      if (defect != Defect.IGNORES_THE_PREFERENCE
          && request.preferredBase() % step == 0
          && fits(request, request.preferredBase())) {
        return take(request.preferredBase(), size);
      }
      long first = (region.base() + step - 1) & -step;
      for (long at = first; at > 0 && at <= region.last() - size + 1; at += step) {
        if (fits(request, at)) {
          return take(at, size);
        }
      }
      return NO_MEMORY;
    }

    private long take(long base, long size) {
      live.put(base, size);
      return base;
    }

    private boolean fits(AllocationRequest request, long base) {
      long size = request.sizeBytes();
      return region.contains(base, size)
          && (defect == Defect.IGNORES_THE_LIMIT
              || Long.compareUnsigned(base + size - 1, request.limit()) <= 0)
          && !isTaken(new PhysRange(base, size));
    }

    private boolean isTaken(PhysRange range) {
      Map.Entry<Long, Long> before = live.floorEntry(range.last());
      if (before == null) {
        return false;
      }
      return defect == Defect.SEES_ONLY_THE_START_OF_LIVE_RANGES
          ? before.getKey() >= range.base()
          : before.getKey() + before.getValue() > range.base();
    }

    @Override
    public void free(long base, long sizeBytes) {
      if (defect == Defect.FREES_ANYTHING) {
        live.remove(base);
        return;
      }
      Long size = live.get(base);
      if (size == null || size != sizeBytes) {
        throw new IllegalArgumentException("not live: 0x" + Long.toHexString(base));
      }
      if (defect != Defect.FORGETS_EVERY_FIFTIETH_FREE || ++frees % 50 != 0) {
        live.remove(base);
      }
    }

    @Override
    public boolean owns(long phys) {
      return region.contains(phys);
    }

    @Override
    public long freeBytes() {
      long taken =
          defect == Defect.COUNTS_ONE_PAGE_A_GRANT && live.size() == 1
              ? PageRef.SIZE
              : live.values().stream().mapToLong(size -> size).sum();
      return region.size() - taken;
    }

    @Override
    public void close() {}
  }
}
