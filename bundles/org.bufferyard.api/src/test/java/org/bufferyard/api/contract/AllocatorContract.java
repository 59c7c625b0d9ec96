package org.bufferyard.api.contract;

import static org.bufferyard.api.allocator.AllocationRequest.NO_PREFERENCE;
import static org.bufferyard.api.allocator.Allocator.NO_MEMORY;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.bufferyard.api.allocator.AdoptionDeclinedException;
import org.bufferyard.api.allocator.AllocationRequest;
import org.bufferyard.api.allocator.Allocator;
import org.bufferyard.api.allocator.AllocatorKind;
import org.bufferyard.api.allocator.AllocatorSpec;
import org.bufferyard.api.memory.PageRef;
import org.bufferyard.api.memory.PhysRange;
import org.junit.jupiter.api.Test;

/**
 * The rules every {@link AllocatorKind} keeps. Extend it, give the kind, and each rule is one test
 * of that name; each looks at one promise only, so that the name says what broke.
 */
public abstract class AllocatorContract {

  private static final int STEPS = 1500;

  /** A granted request. */
  private record Grant(AllocationRequest request, long base) {
    PhysRange range() {
      return new PhysRange(base, request.sizeBytes());
    }
  }

  /** Looks at a grant before it joins {@code others}, the ranges that are live. */
  private interface Watcher {
    void granted(Grant grant, List<Grant> others, Allocator allocator);
  }

  /** The kind to prove. */
  protected abstract AllocatorKind kind();

  /** What it manages in these tests: 8 pages or more. Override it to prove other layouts. */
  protected AllocatorSpec spec() {
    return new AllocatorSpec(
        "contract", "contract", List.of(new PhysRange(0x4000_0000L, 1L << 22)), Map.of());
  }

  @Test
  public final void liveRangesNeverOverlap() {
    Watcher watcher =
        (grant, others, allocator) -> {
          for (Grant other : others) {
            assertFalse(
                other.range().overlaps(grant.range()), () -> grant + " overlaps " + other);
          }
        };
    history("liveRangesNeverOverlap", List.of(), watcher);
    history("liveRangesNeverOverlap, adopted", someLiveRanges(), watcher);
  }

  @Test
  public final void grantsLieInsideTheRegions() {
    history(
        "grantsLieInsideTheRegions",
        List.of(),
        (grant, others, allocator) ->
            assertTrue(
                spec().regions().stream()
                    .anyMatch(r -> r.contains(grant.base(), grant.request().sizeBytes())),
                () -> grant + " leaves the regions"));
  }

  @Test
  public final void limitIsRespected() {
    history(
        "limitIsRespected",
        List.of(),
        (grant, others, allocator) ->
            assertTrue(
                Long.compareUnsigned(grant.range().last(), grant.request().limit()) <= 0,
                () -> grant + " ends beyond its limit"));
  }

  @Test
  public final void alignmentIsRespected() {
    history(
        "alignmentIsRespected",
        List.of(),
        (grant, others, allocator) ->
            assertEquals(
                0,
                grant.base() & ((PageRef.SIZE << grant.request().alignOrder()) - 1),
                () -> grant + " is not aligned"));
  }

  @Test
  public final void everythingComesBack() {
    long[] fresh = capacity(List.of(), 0);
    for (long seed : new long[] {7, 8}) {
      assertEquals(fresh[0], capacity(List.of(), seed)[0], "free bytes after giving all back");
      assertEquals(fresh[1], capacity(List.of(), seed)[1], "pages to be had after giving all back");
    }
  }

  @Test
  public final void takenPagesAreAccountedFor() throws Exception {
    try (Allocator allocator = open(List.of())) {
      long before = allocator.freeBytes();
      AllocationRequest request = AllocationRequest.pages(3);
      long base = allocator.allocate(request);
      assertNotEquals(NO_MEMORY, base, "3 pages of a fresh region");
      long during = allocator.freeBytes();
      assertTrue(before - during >= request.sizeBytes(), () -> before + " bytes to " + during);
      allocator.free(base, request.sizeBytes());
      assertEquals(before, allocator.freeBytes());
    }
  }

  @Test
  public final void preferredBaseIsHonouredWhenFree() throws Exception {
    try (Allocator allocator = open(List.of())) {
      List<Long> bases = new ArrayList<>();
      for (int i = 0; i < 6; i++) {
        bases.add(allocator.allocate(AllocationRequest.pages(1)));
      }
      bases.forEach(base -> allocator.free(base, PageRef.SIZE));
      for (int i : new int[] {3, 1, 4, 0, 5, 2}) {
        long base = bases.get(i);
        assertEquals(base, allocator.allocate(new AllocationRequest(1, 0, -1L, base)));
      }
    }
  }

  @Test
  public final void preferredBaseInUseIsNotGivenTwice() throws Exception {
    try (Allocator allocator = open(List.of())) {
      long base = allocator.allocate(AllocationRequest.pages(1));
      assertNotEquals(base, allocator.allocate(new AllocationRequest(1, 0, -1L, base)));
    }
  }

  @Test
  public final void onlyLiveRangesCanBeFreed() throws Exception {
    try (Allocator allocator = open(List.of())) {
      long base = allocator.allocate(AllocationRequest.pages(2));
      long first = spec().regions().getFirst().base();
      refused(allocator, base, PageRef.SIZE);
      refused(allocator, base, 3 * PageRef.SIZE);
      refused(allocator, base + PageRef.SIZE, PageRef.SIZE);
      refused(allocator, base + 1, 2 * PageRef.SIZE);
      refused(allocator, first - PageRef.SIZE, PageRef.SIZE);
      refused(allocator, NO_MEMORY, PageRef.SIZE);
      refused(allocator, base, 0);
      refused(allocator, base, -1);
      allocator.free(base, 2 * PageRef.SIZE);
      refused(allocator, base, 2 * PageRef.SIZE);
    }
  }

  @Test
  public final void fullRegionAnswersNoMemory() throws Exception {
    try (Allocator allocator = open(List.of())) {
      long pages = allocator.freeBytes() / PageRef.SIZE;
      for (long i = 0; i < pages; i++) {
        assertNotEquals(NO_MEMORY, allocator.allocate(AllocationRequest.pages(1)), "page " + i);
      }
      assertEquals(0, allocator.freeBytes());
      assertEquals(NO_MEMORY, allocator.allocate(AllocationRequest.pages(1)));
    }
  }

  @Test
  public final void ownsExactlyItsRegions() throws Exception {
    try (Allocator allocator = open(List.of())) {
      List<PhysRange> regions = spec().regions();
      for (PhysRange region : regions) {
        assertTrue(allocator.owns(region.base()));
        assertTrue(allocator.owns(region.last()));
      }
      assertFalse(allocator.owns(regions.getFirst().base() - 1));
      assertFalse(allocator.owns(regions.getLast().last() + 1));
    }
  }

  @Test
  public final void liveRangesAreAdopted() throws Exception {
    List<PhysRange> live = someLiveRanges();
    try (Allocator fresh = open(List.of());
        Allocator heir = open(live)) {
      long bytes = live.stream().mapToLong(PhysRange::size).sum();
      assertTrue(fresh.freeBytes() - heir.freeBytes() >= bytes, "adopted ranges count as taken");
      for (PhysRange range : live) {
        heir.free(range.base(), range.size());
      }
      assertEquals(fresh.freeBytes(), heir.freeBytes());
    }
  }

  @Test
  public final void impossibleAdoptionsAreDeclined() {
    PhysRange region = spec().regions().getFirst();
    PhysRange inside = new PhysRange(region.base(), PageRef.SIZE);
    PhysRange below = new PhysRange(region.base() - PageRef.SIZE, PageRef.SIZE);
    PhysRange across = new PhysRange(region.base(), region.size() + PageRef.SIZE);
    for (List<PhysRange> live : List.of(List.of(inside, inside), List.of(below), List.of(across))) {
      var declined = assertThrows(AdoptionDeclinedException.class, () -> open(live), live::toString);
      assertFalse(declined.getMessage().isBlank());
    }
  }

  @Test
  public final void hostileRequestsDoNoHarm() throws Exception {
    PhysRange region = spec().regions().getFirst();
    try (Allocator allocator = open(List.of())) {
      long before = allocator.freeBytes();
      long[] bases = {0, 1, region.base() + 1, region.base() - PageRef.SIZE, region.last(), -2L};
      for (long preferred : bases) {
        served(allocator, new AllocationRequest(1, 0, -1L, preferred));
        served(allocator, new AllocationRequest((1L << 52) - 1, 0, -1L, preferred));
        served(allocator, new AllocationRequest((1L << 51) + 1, 51, -1L, preferred));
        served(allocator, new AllocationRequest(1, 51, -1L, preferred));
        served(allocator, new AllocationRequest(1, 0, 0, preferred));
        served(allocator, new AllocationRequest(2, 0, region.base() + PageRef.SIZE, preferred));
      }
      assertEquals(before, allocator.freeBytes(), "the book after all of them");
    }
  }

  @Test
  public final void booksOfOneKindShareNothing() throws Exception {
    AllocatorKind kind = kind();
    try (Allocator one = kind.open(spec(), PlainAllocatorContext.of(List.of()));
        Allocator two = kind.open(spec(), PlainAllocatorContext.of(List.of()))) {
      long before = two.freeBytes();
      long base = one.allocate(AllocationRequest.pages(2));
      assertEquals(before, two.freeBytes());
      assertEquals(base, two.allocate(AllocationRequest.pages(2)), "the first grant of a book");
    }
  }

  @Test
  public final void sameHistorySamePlacement() {
    List<Long> first = new ArrayList<>();
    List<Long> second = new ArrayList<>();
    history(5, List.of(), (grant, others, allocator) -> first.add(grant.base()));
    history(5, List.of(), (grant, others, allocator) -> second.add(grant.base()));
    assertEquals(first, second);
  }

  private Allocator open(List<PhysRange> live) throws AdoptionDeclinedException {
    return kind().open(spec(), PlainAllocatorContext.of(live));
  }

  private static void refused(Allocator allocator, long base, long sizeBytes) {
    assertThrows(
        IllegalArgumentException.class,
        () -> allocator.free(base, sizeBytes),
        () -> "free of " + sizeBytes + " bytes at 0x" + Long.toHexString(base));
  }

  /** A request that may be granted or not; what is granted goes back. */
  private static void served(Allocator allocator, AllocationRequest request) {
    long base = allocator.allocate(request);
    if (base != NO_MEMORY) {
      allocator.free(base, request.sizeBytes());
    }
  }

  /** Free bytes and single pages to be had, after a history that gave everything back. */
  private long[] capacity(List<PhysRange> adopted, long seed) {
    long[] result = new long[2];
    Runs runs = new Runs(new Random(seed), seed == 0 ? 0 : STEPS);
    try (Allocator allocator = open(adopted)) {
      runs.play(allocator, adopted, (grant, others, a) -> {});
      result[0] = allocator.freeBytes();
      while (allocator.allocate(AllocationRequest.pages(1)) != NO_MEMORY) {
        result[1]++;
      }
      return result;
    } catch (AdoptionDeclinedException e) {
      throw new AssertionError(e);
    }
  }

  /** What a predecessor of the same kind leaves: some of a region's ranges, others freed again. */
  private List<PhysRange> someLiveRanges() {
    List<PhysRange> live = new ArrayList<>();
    try (Allocator allocator = open(List.of())) {
      for (int i = 0; i < 6; i++) {
        AllocationRequest request = AllocationRequest.pages(1 + i % 3);
        long base = allocator.allocate(request);
        if (base == NO_MEMORY) {
          break;
        }
        if (i % 3 == 1) {
          allocator.free(base, request.sizeBytes());
        } else {
          live.add(new PhysRange(base, request.sizeBytes()));
        }
      }
      return live;
    } catch (AdoptionDeclinedException e) {
      throw new AssertionError(e);
    }
  }

  private void history(String rule, List<PhysRange> adopted, Watcher watcher) {
    Seeds.each(getClass().getSimpleName() + "." + rule, seed -> history(seed, adopted, watcher));
  }

  private void history(long seed, List<PhysRange> adopted, Watcher watcher) {
    try (Allocator allocator = open(adopted)) {
      new Runs(new Random(seed), STEPS).play(allocator, adopted, watcher);
    } catch (AdoptionDeclinedException e) {
      throw new AssertionError(e);
    }
  }

  /** A random life of a book. At its end everything is given back. */
  private final class Runs {
    private final Random random;
    private final int steps;
    private final List<Grant> live = new ArrayList<>();

    Runs(Random random, int steps) {
      this.random = random;
      this.steps = steps;
    }

    void play(Allocator allocator, List<PhysRange> adopted, Watcher watcher) {
      for (PhysRange range : adopted) {
        live.add(
            new Grant(AllocationRequest.pages(range.size() / PageRef.SIZE), range.base()));
      }
      for (int step = 0; step < steps; step++) {
        // Long phases of growth and of decay: a full book and an empty one both occur.
        boolean growing = step / 150 % 2 == 0;
        if (live.isEmpty() || random.nextInt(10) < (growing ? 7 : 3)) {
          AllocationRequest request = request();
          long base = allocator.allocate(request);
          if (base != NO_MEMORY) {
            Grant grant = new Grant(request, base);
            watcher.granted(grant, live, allocator);
            live.add(grant);
          }
        } else {
          giveBack(allocator, live.remove(random.nextInt(live.size())));
        }
      }
      live.forEach(grant -> giveBack(allocator, grant));
    }

    private void giveBack(Allocator allocator, Grant grant) {
      allocator.free(grant.base(), grant.request().sizeBytes());
    }

    private AllocationRequest request() {
      long pages = 1 + random.nextInt(random.nextInt(8) == 0 ? 40 : 5);
      int alignOrder = random.nextInt(4) == 0 ? random.nextInt(5) : 0;
      PhysRange region = spec().regions().get(random.nextInt(spec().regions().size()));
      long limit =
          random.nextInt(4) == 0 ? region.base() + random.nextLong(region.size()) : -1L;
      long somewhere = region.base() + (random.nextLong(region.size()) & -PageRef.SIZE);
      return new AllocationRequest(
          pages, alignOrder, limit, random.nextInt(5) == 0 ? somewhere : NO_PREFERENCE);
    }
  }
}
