package org.bufferyard.api.allocator;

import java.util.Map;
import java.util.TreeMap;
import org.bufferyard.api.allocator.IovaContext.LiveIova;

/** A plain top-down IOVA allocator that keeps every rule but the one its defect breaks. */
final class DefectiveIovaAllocatorKind implements IovaAllocatorKind {

  /** What is wrong, and the rule that has to notice. */
  enum Defect {
    NONE(""),
    SEES_ONLY_THE_START_OF_LIVE_RANGES("liveRangesNeverOverlap"),
    TAKES_THE_LIMIT_FOR_A_START("limitIsRespected"),
    STARTS_TOO_LOW("nothingLiesBelowTheStart"),
    IGNORES_RESERVATIONS("reservedFramesAreNeverGiven"),
    ALIGNS_TO_NOTHING("rangesAreAlignedToTheirSize"),
    FORGETS_EVERY_FIFTIETH_FREE("everythingComesBack"),
    COUNTS_LONG_RANGES_AS_ONE("livePagesAreCounted"),
    FREES_ANYTHING("onlyLiveRangesCanBeFreed"),
    FREES_WHAT_IT_IS_TOLD("freeingFewerPagesFreesTheWholeRange"),
    ADOPTS_ANYTHING("impossibleAdoptionsAreDeclined"),
    RESERVES_LIVE_RANGES("liveRangesCannotBeReserved");

    final String rule;

    Defect(String rule) {
      this.rule = rule;
    }
  }

  private final Defect defect;

  DefectiveIovaAllocatorKind(Defect defect) {
    this.defect = defect;
  }

  @Override
  public IovaAllocator open(IovaSpec spec, IovaContext context) throws AdoptionDeclinedException {
    Book book = new Book(spec.startPfn());
    for (LiveIova range : context.live()) {
      book.adopt(range.pfn(), range.pages());
    }
    return book;
  }

  private final class Book implements IovaAllocator {
    private static final long RESERVED = -1;

    private final long start;

    /** First frame to frames, or to minus the frames of a reservation. */
    private final TreeMap<Long, Long> taken = new TreeMap<>();

    private int frees;

    Book(long start) {
      this.start = start;
    }

    void adopt(long pfn, long pages) throws AdoptionDeclinedException {
      if (defect != Defect.ADOPTS_ANYTHING
          && (pages < 1 || pfn < start || pages > 1L << 40 || isTaken(pfn, pages, false))) {
        throw new AdoptionDeclinedException(pages + " frames at " + pfn + " do not fit");
      }
      taken.put(pfn, pages);
    }

    @Override
    public long allocate(long pages, long limitPfn, boolean flushCaches) {
      if (pages < 1 || limitPfn < 0) {
        throw new IllegalArgumentException(pages + " frames to " + limitPfn);
      }
      long lowest = defect == Defect.STARTS_TOO_LOW && pages > 1 ? start - 4 : start;
      long power = defect == Defect.ALIGNS_TO_NOTHING ? 1 : Long.highestOneBit(2 * pages - 1);
      long limit = Math.min(limitPfn, 1L << 52);
      long last = defect == Defect.TAKES_THE_LIMIT_FOR_A_START ? limit : limit - pages + 1;
      if (pages > limit || power <= 0) {
        return NO_IOVA;
      }
      // Long requests only: a predecessor's ranges still have to be fit for adoption.
      boolean seesStartsOnly =
          defect == Defect.SEES_ONLY_THE_START_OF_LIVE_RANGES && pages > 6;
      for (long at = last & -power; at >= lowest; at -= power) {
        if (!isTaken(at, pages, seesStartsOnly)) {
          taken.put(at, pages);
          return at;
        }
      }
      return NO_IOVA;
    }

    private boolean isTaken(long pfn, long pages, boolean startsOnly) {
      Map.Entry<Long, Long> before = taken.floorEntry(pfn + pages - 1);
      if (before == null) {
        return false;
      }
      long length = before.getValue();
      if (length < 0) {
        return defect != Defect.IGNORES_RESERVATIONS && before.getKey() - length > pfn;
      }
      return startsOnly
          ? before.getKey() >= pfn
          : before.getKey() + length > pfn;
    }

    @Override
    public void free(long pfn, long pages) {
      Long length = taken.get(pfn);
      if (defect == Defect.FREES_ANYTHING) {
        taken.remove(pfn);
        return;
      }
      if (length == null || pages < 1 || length < pages) {
        throw new IllegalArgumentException(pages + " frames at " + pfn + " are not live");
      }
      if (defect != Defect.FORGETS_EVERY_FIFTIETH_FREE || ++frees % 50 != 0) {
        taken.remove(pfn);
      }
      if (defect == Defect.FREES_WHAT_IT_IS_TOLD && pages < length) {
        taken.put(pfn, length - pages);
      }
    }

    @Override
    public void reserve(long loPfn, long hiPfn) {
      if (loPfn < 0 || loPfn > hiPfn) {
        throw new IllegalArgumentException(loPfn + " to " + hiPfn);
      }
      for (long pfn = loPfn; pfn <= hiPfn; pfn++) {
        Map.Entry<Long, Long> before = taken.floorEntry(pfn);
        if (before != null && before.getValue() > 0 && before.getKey() + before.getValue() > pfn) {
          if (defect == Defect.RESERVES_LIVE_RANGES) {
            continue;
          }
          throw new IllegalArgumentException("frame " + pfn + " is live");
        }
        taken.put(pfn, RESERVED);
      }
    }

    @Override
    public long livePages() {
      return taken.values().stream()
          .filter(length -> length > 0)
          .mapToLong(
              length -> defect == Defect.COUNTS_LONG_RANGES_AS_ONE && length > 8 ? 1 : length)
          .sum();
    }

    @Override
    public void close() {}
  }
}
