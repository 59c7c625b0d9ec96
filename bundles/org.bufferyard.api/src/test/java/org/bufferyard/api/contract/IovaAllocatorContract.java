package org.bufferyard.api.contract;

import static org.bufferyard.api.allocator.IovaAllocator.NO_IOVA;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.bufferyard.api.allocator.AdoptionDeclinedException;
import org.bufferyard.api.allocator.IovaAllocator;
import org.bufferyard.api.allocator.IovaAllocatorKind;
import org.bufferyard.api.allocator.IovaContext.LiveIova;
import org.bufferyard.api.allocator.IovaSpec;
import org.junit.jupiter.api.Test;

/**
 * The rules every {@link IovaAllocatorKind} keeps. Extend it, give the kind, and each rule is one
 * test of that name; each looks at one promise only, so that the name says what broke.
 */
public abstract class IovaAllocatorContract {

  private static final int STEPS = 2500;
  private static final long START = 0x100;
  private static final long TOP_32 = 0xf_ffff;

  /** A granted request. */
  private record Grant(long pfn, long pages, long limit) {
    long last() {
      return pfn + pages - 1;
    }

    boolean meets(long lo, long hi) {
      return pfn <= hi && lo <= last();
    }
  }

  /** Looks at a grant before it joins {@code others}, the ranges that are live. */
  private interface Watcher {
    void granted(Grant grant, List<Grant> others);
  }

  /** The kind to prove. */
  protected abstract IovaAllocatorKind kind();

  @Test
  public final void liveRangesNeverOverlap() {
    Watcher watcher =
        (grant, others) -> {
          for (Grant other : others) {
            assertFalse(
                other.meets(grant.pfn(), grant.last()), () -> grant + " overlaps " + other);
          }
        };
    histories("liveRangesNeverOverlap", List.of(), watcher);
    histories("liveRangesNeverOverlap, adopted", someLiveRanges(), watcher);
  }

  @Test
  public final void limitIsRespected() {
    histories(
        "limitIsRespected",
        List.of(),
        (grant, others) ->
            assertTrue(grant.last() <= grant.limit(), () -> grant + " ends beyond its limit"));
  }

  @Test
  public final void nothingLiesBelowTheStart() {
    histories(
        "nothingLiesBelowTheStart",
        List.of(),
        (grant, others) -> assertTrue(grant.pfn() >= START, () -> grant + " is below the start"));
  }

  @Test
  public final void reservedFramesAreNeverGiven() {
    Seeds.each(
        "reservedFramesAreNeverGiven",
        seed -> {
          try (IovaAllocator allocator = open(List.of())) {
            allocator.reserve(0x180, 0x1ff);
            allocator.reserve(0x1f0, 0x23f);
            allocator.reserve(0x300, 0x300);
            new Runs(new Random(seed), 0x3ff)
                .play(
                    allocator,
                    List.of(),
                    (grant, others) -> {
                      assertFalse(grant.meets(0x180, 0x23f), () -> grant + " is reserved");
                      assertFalse(grant.meets(0x300, 0x300), () -> grant + " is reserved");
                    });
          }
        });
  }

  @Test
  public final void rangesAreAlignedToTheirSize() {
    histories(
        "rangesAreAlignedToTheirSize",
        List.of(),
        (grant, others) -> {
          long power = Long.highestOneBit(2 * grant.pages() - 1);
          assertEquals(0, grant.pfn() & (power - 1), () -> grant + " is not aligned to " + power);
        });
  }

  @Test
  public final void everythingComesBack() {
    Seeds.each(
        "everythingComesBack",
        seed -> {
          try (IovaAllocator allocator = open(List.of())) {
            new Runs(new Random(seed), 0x3ff).play(allocator, List.of(), (grant, others) -> {});
            assertEquals(0, allocator.livePages());
            // The cached ranges of all sizes have to go before this one fits.
            assertEquals(0x200, allocator.allocate(0x200, 0x3ff, true));
          }
        });
  }

  @Test
  public final void livePagesAreCounted() {
    try (IovaAllocator allocator = open(List.of())) {
      long one = allocator.allocate(1, TOP_32, true);
      assertEquals(1, allocator.livePages());
      long many = allocator.allocate(40, TOP_32, true);
      assertTrue(allocator.livePages() >= 41);
      allocator.reserve(0x8000, 0x80ff);
      allocator.free(many, 40);
      assertEquals(1, allocator.livePages());
      allocator.free(one, 1);
      assertEquals(0, allocator.livePages());
    }
  }

  @Test
  public final void freeingFewerPagesFreesTheWholeRange() {
    for (long pages : new long[] {4, 40}) {
      try (IovaAllocator allocator = open(List.of())) {
        long pfn = allocator.allocate(pages, TOP_32, true);
        allocator.free(pfn, 1);
        assertEquals(0, allocator.livePages());
      }
    }
  }

  @Test
  public final void onlyLiveRangesCanBeFreed() {
    try (IovaAllocator allocator = open(List.of())) {
      long pfn = allocator.allocate(4, TOP_32, true);
      allocator.reserve(0x8000, 0x8003);
      refused(allocator, pfn, 5);
      refused(allocator, pfn + 1, 4);
      refused(allocator, pfn, 0);
      refused(allocator, pfn, -4);
      refused(allocator, 0, 1);
      refused(allocator, -1, 1);
      refused(allocator, 0x8000, 4);
      allocator.free(pfn, 4);
      refused(allocator, pfn, 4);
    }
  }

  @Test
  public final void fullSpaceAnswersNoIova() {
    try (IovaAllocator allocator = open(List.of())) {
      for (int i = 0; i < 0x100; i++) {
        assertNotEquals(NO_IOVA, allocator.allocate(1, 0x1ff, true), "frame " + i);
      }
      assertEquals(NO_IOVA, allocator.allocate(1, 0x1ff, true));
      assertEquals(NO_IOVA, allocator.allocate(1, 0x1ff, false));
    }
  }

  @Test
  public final void liveRangesAreAdopted() {
    List<LiveIova> live = someLiveRanges();
    try (IovaAllocator heir = open(live)) {
      assertTrue(heir.livePages() >= live.stream().mapToLong(LiveIova::pages).sum());
      live.forEach(range -> heir.free(range.pfn(), range.pages()));
      assertEquals(0, heir.livePages());
    }
  }

  @Test
  public final void foreignRangesAreAdoptedOrDeclined() {
    // Three frames at an odd place: no range that this kind must be able to represent.
    List<LiveIova> live = List.of(new LiveIova(0x201, 3), new LiveIova(0x204, 1));
    try (IovaAllocator heir = kind().open(spec(), PlainIovaContext.of(live))) {
      heir.free(0x201, 3);
      for (int i = 0; i < 0xff; i++) {
        assertNotEquals(0x204, heir.allocate(1, 0x1ff + 0x100, true));
      }
    } catch (AdoptionDeclinedException declined) {
      assertFalse(declined.getMessage().isBlank());
    }
  }

  @Test
  public final void impossibleAdoptionsAreDeclined() {
    List<List<LiveIova>> impossible =
        List.of(
            List.of(new LiveIova(0x200, 4), new LiveIova(0x202, 4)),
            List.of(new LiveIova(START - 1, 1)),
            List.of(new LiveIova(0x200, 0)),
            List.of(new LiveIova(0x200, Long.MAX_VALUE)));
    for (List<LiveIova> live : impossible) {
      var declined =
          assertThrows(
              AdoptionDeclinedException.class,
              () -> kind().open(spec(), PlainIovaContext.of(live)),
              live::toString);
      assertFalse(declined.getMessage().isBlank());
    }
  }

  @Test
  public final void hostileRequestsDoNoHarm() {
    try (IovaAllocator allocator = open(List.of())) {
      long[] extremes = {Long.MIN_VALUE, -1, 0, 1, 33, 1L << 40, 1L << 62, Long.MAX_VALUE};
      for (long pages : extremes) {
        for (long limit : extremes) {
          served(allocator, pages, limit);
        }
      }
      assertThrows(IllegalArgumentException.class, () -> allocator.reserve(0x300, 0x2ff));
      assertThrows(IllegalArgumentException.class, () -> allocator.reserve(-5, 0x2ff));
      assertEquals(0, allocator.livePages(), "the book after all of them");
      assertNotEquals(NO_IOVA, allocator.allocate(1, 0x1ff, true));
    }
  }

  @Test
  public final void liveRangesCannotBeReserved() {
    try (IovaAllocator allocator = open(List.of())) {
      long pfn = allocator.allocate(4, TOP_32, true);
      assertThrows(IllegalArgumentException.class, () -> allocator.reserve(pfn + 1, pfn + 100));
      allocator.free(pfn, 4);
      allocator.reserve(pfn + 1, pfn + 1);
    }
  }

  @Test
  public final void booksOfOneKindShareNothing() throws Exception {
    IovaAllocatorKind kind = kind();
    try (IovaAllocator one = kind.open(spec(), PlainIovaContext.of(List.of()));
        IovaAllocator two = kind.open(spec(), PlainIovaContext.of(List.of()))) {
      long pfn = one.allocate(2, TOP_32, true);
      assertEquals(0, two.livePages());
      assertEquals(pfn, two.allocate(2, TOP_32, true), "the first grant of a book");
    }
  }

  @Test
  public final void sameHistorySamePlacement() {
    List<Grant> first = new ArrayList<>();
    List<Grant> second = new ArrayList<>();
    history(5, List.of(), (grant, others) -> first.add(grant));
    history(5, List.of(), (grant, others) -> second.add(grant));
    assertEquals(first, second);
  }

  private static IovaSpec spec() {
    return new IovaSpec("contract", 12, START);
  }

  private IovaAllocator open(List<LiveIova> live) {
    try {
      return kind().open(spec(), PlainIovaContext.of(live));
    } catch (AdoptionDeclinedException e) {
      throw new AssertionError(e);
    }
  }

  private static void refused(IovaAllocator allocator, long pfn, long pages) {
    assertThrows(
        IllegalArgumentException.class,
        () -> allocator.free(pfn, pages),
        () -> "free of " + pages + " frames at 0x" + Long.toHexString(pfn));
  }

  /** A request that may be granted, fail or be called an error; what is granted goes back. */
  private static void served(IovaAllocator allocator, long pages, long limit) {
    long pfn;
    try {
      pfn = allocator.allocate(pages, limit, true);
    } catch (IllegalArgumentException misuse) {
      assertTrue(pages < 1 || limit < 0, () -> pages + " frames to " + limit + ": " + misuse);
      return;
    }
    if (pfn != NO_IOVA) {
      allocator.free(pfn, pages);
    }
  }

  /** What a predecessor of the same kind leaves. */
  private List<LiveIova> someLiveRanges() {
    List<LiveIova> live = new ArrayList<>();
    try (IovaAllocator allocator = open(List.of())) {
      for (int i = 0; i < 12; i++) {
        long pages = 1 + i % 5;
        long pfn = allocator.allocate(pages, 0x2ff, true);
        if (i % 3 == 1) {
          allocator.free(pfn, pages);
        } else {
          live.add(new LiveIova(pfn, pages));
        }
      }
    }
    return live;
  }

  private void histories(String rule, List<LiveIova> adopted, Watcher watcher) {
    Seeds.each(getClass().getSimpleName() + "." + rule, seed -> history(seed, adopted, watcher));
  }

  private void history(long seed, List<LiveIova> adopted, Watcher watcher) {
    // A crowded space first, then one with limits on both sides of 4 GiB.
    for (long top : new long[] {0x3ff, 1L << 24}) {
      try (IovaAllocator allocator = open(adopted)) {
        new Runs(new Random(seed), top).play(allocator, adopted, watcher);
      }
    }
  }

  /** A random life of a book. At its end everything is given back. */
  private static final class Runs {
    private final Random random;
    private final long top;
    private final List<Grant> live = new ArrayList<>();

    Runs(Random random, long top) {
      this.random = random;
      this.top = top;
    }

    void play(IovaAllocator allocator, List<LiveIova> adopted, Watcher watcher) {
      adopted.forEach(range -> live.add(new Grant(range.pfn(), range.pages(), top)));
      for (int step = 0; step < STEPS; step++) {
        boolean growing = step / 300 % 2 == 0;
        if (live.isEmpty() || random.nextInt(10) < (growing ? 7 : 3)) {
          long pages = 1 + random.nextInt(random.nextInt(8) == 0 ? 70 : 6);
          long limit = random.nextInt(3) == 0 ? START + random.nextLong(top - START) : top;
          long pfn = allocator.allocate(pages, limit, random.nextInt(4) != 0);
          if (pfn != NO_IOVA) {
            Grant grant = new Grant(pfn, pages, limit);
            watcher.granted(grant, live);
            live.add(grant);
          }
        } else {
          giveBack(allocator, live.remove(random.nextInt(live.size())));
        }
      }
      live.forEach(grant -> giveBack(allocator, grant));
    }

    private static void giveBack(IovaAllocator allocator, Grant grant) {
      allocator.free(grant.pfn(), grant.pages());
    }
  }
}
