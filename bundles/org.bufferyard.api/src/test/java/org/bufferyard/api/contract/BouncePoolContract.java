package org.bufferyard.api.contract;

import static org.bufferyard.api.allocator.AllocationRequest.NO_PREFERENCE;
import static org.bufferyard.api.allocator.BouncePool.FULL;
import static org.bufferyard.api.allocator.BouncePoolSpec.SEGMENT_SLOTS;
import static org.bufferyard.api.allocator.BouncePoolSpec.SLOT_BYTES;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.bufferyard.api.allocator.AdoptionDeclinedException;
import org.bufferyard.api.allocator.BouncePool;
import org.bufferyard.api.allocator.BouncePoolKind;
import org.bufferyard.api.allocator.BouncePoolSpec;
import org.bufferyard.api.allocator.BounceRequest;
import org.bufferyard.api.kernel.KernelOops;
import org.bufferyard.api.memory.PhysRange;
import org.junit.jupiter.api.Test;

/**
 * The rules every {@link BouncePoolKind} keeps. Extend it, give the kind, and each rule is one test
 * of that name; each looks at one promise only, so that the name says what broke.
 */
public abstract class BouncePoolContract {

  private static final int STEPS = 1500;
  private static final long ORIGINAL = 0x1_2345_6000L;
  private static final long BASE = 0x7800_0000L;
  private static final int LONGEST = SEGMENT_SLOTS * SLOT_BYTES;

  /** A granted request. */
  private record Grant(BounceRequest request, long address) {
    PhysRange range() {
      return new PhysRange(address, request.sizeBytes());
    }

    /** Slots the bounce touches, in bytes. */
    PhysRange slots() {
      long first = address & -SLOT_BYTES;
      long end = (address + request.sizeBytes() + SLOT_BYTES - 1) & -SLOT_BYTES;
      return new PhysRange(first, end - first);
    }

    /** What the device sees. */
    long bus() {
      return address - BASE + request.poolDma();
    }
  }

  /** Looks at a grant before it joins {@code others}, the bounces that are live. */
  private interface Watcher {
    void granted(Grant grant, List<Grant> others);
  }

  /** The kind to prove. */
  protected abstract BouncePoolKind kind();

  /** The pool of these tests; its region starts at 0x78000000. Override it for other sizes. */
  protected BouncePoolSpec spec() {
    return new BouncePoolSpec("contract", "contract", new PhysRange(BASE, 1L << 20), 1);
  }

  @Test
  public final void liveBouncesShareNoSlot() {
    Watcher watcher =
        (grant, others) -> {
          for (Grant other : others) {
            assertFalse(
                other.slots().overlaps(grant.slots()), () -> grant + " overlaps " + other);
          }
        };
    histories("liveBouncesShareNoSlot", List.of(), watcher);
    histories("liveBouncesShareNoSlot, adopted", someLiveBounces(), watcher);
  }

  @Test
  public final void bouncesLieInsideThePool() {
    histories(
        "bouncesLieInsideThePool",
        List.of(),
        (grant, others) ->
            assertTrue(
                spec().region().contains(grant.address(), grant.request().sizeBytes()),
                () -> grant + " leaves the pool"));
  }

  @Test
  public final void addressBitsUnderTheMaskAreKept() {
    histories(
        "addressBitsUnderTheMaskAreKept",
        List.of(),
        (grant, others) -> {
          long mask = grant.request().minAlignMask();
          assertEquals(grant.request().original() & mask, grant.bus() & mask, grant::toString);
        });
  }

  @Test
  public final void alignmentIsRespected() {
    histories(
        "alignmentIsRespected",
        List.of(),
        (grant, others) -> {
          // Bits that come from the original are the other mask's business.
          long mask = grant.request().allocAlignMask() & ~grant.request().minAlignMask();
          assertEquals(0, grant.bus() & mask, grant::toString);
        });
  }

  @Test
  public final void boundaryIsNotCrossed() {
    histories(
        "boundaryIsNotCrossed",
        List.of(),
        (grant, others) -> {
          long outside = ~grant.request().boundaryMask();
          long last = grant.bus() + grant.request().sizeBytes() - 1;
          assertEquals(grant.bus() & outside, last & outside, grant::toString);
        });
  }

  @Test
  public final void everythingComesBack() throws Exception {
    long fresh = longestBounces(0);
    for (long seed : new long[] {7, 8}) {
      assertEquals(fresh, longestBounces(seed), "longest bounces after giving all back");
    }
  }

  @Test
  public final void usedSlotsAreCounted() throws Exception {
    try (BouncePool pool = open(List.of())) {
      assertEquals(0, pool.usedSlots());
      long address = pool.map(request(3 * SLOT_BYTES));
      assertTrue(pool.usedSlots() >= 3);
      pool.release(address);
      assertEquals(0, pool.usedSlots());
    }
  }

  @Test
  public final void preferredSlotIsTakenWhenFree() throws Exception {
    try (BouncePool pool = open(List.of())) {
      long region = spec().region().base();
      for (long slot : new long[] {96, 10, 60, 4}) {
        long wanted = region + slot * SLOT_BYTES;
        BounceRequest request =
            new BounceRequest(ORIGINAL, 100, 0, 0, -1L, region, wanted);
        assertEquals(wanted, pool.map(request));
        assertNotEquals(wanted, pool.map(request), "taken already");
      }
    }
  }

  @Test
  public final void onlyLiveBouncesCanBeReleased() throws Exception {
    try (BouncePool pool = open(List.of())) {
      long address = pool.map(request(2 * SLOT_BYTES));
      for (long wrong : new long[] {address + SLOT_BYTES, address - SLOT_BYTES, 0, FULL, -2}) {
        assertThrows(IllegalArgumentException.class, () -> pool.release(wrong));
      }
      pool.release(address);
      assertThrows(IllegalArgumentException.class, () -> pool.release(address));
    }
  }

  @Test
  public final void fullPoolAnswersFull() throws Exception {
    try (BouncePool pool = open(List.of())) {
      for (long slot = 0; slot < spec().slots(); slot++) {
        assertNotEquals(FULL, pool.map(request(SLOT_BYTES)), "slot " + slot);
      }
      assertEquals(spec().slots(), pool.usedSlots());
      assertEquals(FULL, pool.map(request(1)));
    }
  }

  @Test
  public final void noBounceIsLongerThanASegment() throws Exception {
    try (BouncePool pool = open(List.of())) {
      assertEquals(FULL, pool.map(request(LONGEST + 1)));
      assertNotEquals(FULL, pool.map(request(LONGEST)));
    }
  }

  @Test
  public final void ownsExactlyItsRegion() throws Exception {
    try (BouncePool pool = open(List.of())) {
      PhysRange region = spec().region();
      assertTrue(pool.owns(region.base()));
      assertTrue(pool.owns(region.last()));
      assertFalse(pool.owns(region.base() - 1));
      assertFalse(pool.owns(region.last() + 1));
    }
  }

  @Test
  public final void liveBouncesAreAdopted() throws Exception {
    List<PhysRange> live = someLiveBounces();
    try (BouncePool heir = open(live)) {
      assertTrue(heir.usedSlots() >= live.size());
      live.forEach(range -> heir.release(range.base()));
      assertEquals(0, heir.usedSlots());
    }
  }

  @Test
  public final void impossibleAdoptionsAreDeclined() {
    PhysRange region = spec().region();
    PhysRange first = new PhysRange(region.base(), 100);
    PhysRange sameSlot = new PhysRange(region.base() + 200, 100);
    PhysRange below = new PhysRange(region.base() - SLOT_BYTES, SLOT_BYTES);
    PhysRange across = new PhysRange(region.last(), 2);
    for (List<PhysRange> live :
        List.of(List.of(first, sameSlot), List.of(below), List.of(across))) {
      var declined =
          assertThrows(AdoptionDeclinedException.class, () -> open(live), live::toString);
      assertFalse(declined.getMessage().isBlank());
    }
  }

  @Test
  public final void hostileRequestsDoNoHarm() throws Exception {
    long all = 0xffff_ffffL;
    try (BouncePool pool = open(List.of())) {
      for (long original : new long[] {0, 1, ORIGINAL + 4095, -1L}) {
        for (long size : new long[] {0, 1, LONGEST, Long.MAX_VALUE}) {
          for (long boundary : new long[] {0, 1, 0x7ff, all, -1L}) {
            for (long poolDma : new long[] {0, 123, -1L}) {
              served(pool, new BounceRequest(original, size, 0, 0, boundary, poolDma, -1L));
              served(pool, new BounceRequest(original, size, all, 0, boundary, poolDma, 7));
              served(pool, new BounceRequest(original, size, 0, all, boundary, poolDma, -2L));
              served(pool, new BounceRequest(original, size, all, all, boundary, poolDma, 0));
            }
          }
        }
      }
      assertEquals(0, pool.usedSlots(), "the book after all of them");
    }
  }

  @Test
  public final void poolsOfOneKindShareNothing() throws Exception {
    BouncePoolKind kind = kind();
    try (BouncePool one = kind.open(spec(), PlainAllocatorContext.of(List.of()));
        BouncePool two = kind.open(spec(), PlainAllocatorContext.of(List.of()))) {
      long address = one.map(request(100));
      assertEquals(0, two.usedSlots());
      assertEquals(address, two.map(request(100)), "the first bounce of a pool");
    }
  }

  @Test
  public final void sameHistorySamePlacement() throws Exception {
    List<Grant> first = new ArrayList<>();
    List<Grant> second = new ArrayList<>();
    history(5, List.of(), (grant, others) -> first.add(grant));
    history(5, List.of(), (grant, others) -> second.add(grant));
    assertEquals(first, second);
  }

  private BouncePool open(List<PhysRange> live) throws AdoptionDeclinedException {
    return kind().open(spec(), PlainAllocatorContext.of(live));
  }

  private BounceRequest request(long sizeBytes) {
    return new BounceRequest(
        ORIGINAL, sizeBytes, 0, 0, -1L, spec().region().base(), NO_PREFERENCE);
  }

  /** A request that may be granted, fail or end in the kernel's BUG; what is granted goes back. */
  private static void served(BouncePool pool, BounceRequest request) {
    long address;
    try {
      address = pool.map(request);
    } catch (KernelOops | IllegalArgumentException nothing) {
      assertEquals(0, request.sizeBytes(), () -> request + ": " + nothing);
      return;
    }
    if (address != FULL) {
      pool.release(address);
    }
  }

  /** How many of the longest bounces fit after a history that gave everything back. */
  private long longestBounces(long seed) throws AdoptionDeclinedException {
    try (BouncePool pool = open(List.of())) {
      if (seed != 0) {
        new Runs(new Random(seed)).play(pool, List.of(), (grant, others) -> {});
      }
      long count = 0;
      while (pool.map(request(LONGEST)) != FULL) {
        count++;
      }
      return count;
    }
  }

  /** What a predecessor of the same kind leaves. */
  private List<PhysRange> someLiveBounces() {
    List<PhysRange> live = new ArrayList<>();
    try (BouncePool pool = open(List.of())) {
      for (int i = 0; i < 9; i++) {
        long size = 700L * (1 + i);
        long address = pool.map(request(size));
        if (i % 3 == 1) {
          pool.release(address);
        } else {
          live.add(new PhysRange(address, size));
        }
      }
      return live;
    } catch (AdoptionDeclinedException e) {
      throw new AssertionError(e);
    }
  }

  private void histories(String rule, List<PhysRange> adopted, Watcher watcher) {
    Seeds.each(
        getClass().getSimpleName() + "." + rule,
        seed -> {
          try {
            history(seed, adopted, watcher);
          } catch (AdoptionDeclinedException e) {
            throw new AssertionError(e);
          }
        });
  }

  private void history(long seed, List<PhysRange> adopted, Watcher watcher)
      throws AdoptionDeclinedException {
    try (BouncePool pool = open(adopted)) {
      new Runs(new Random(seed)).play(pool, adopted, watcher);
    }
  }

  /** A random life of a pool. At its end everything is given back. */
  private final class Runs {
    private final Random random;
    private final List<Grant> live = new ArrayList<>();

    Runs(Random random) {
      this.random = random;
    }

    void play(BouncePool pool, List<PhysRange> adopted, Watcher watcher) {
      adopted.forEach(range -> live.add(new Grant(request(range.size()), range.base())));
      for (int step = 0; step < STEPS; step++) {
        boolean growing = step / 150 % 2 == 0;
        if (live.isEmpty() || random.nextInt(10) < (growing ? 7 : 3)) {
          BounceRequest request = next();
          long address = pool.map(request);
          if (address != FULL) {
            Grant grant = new Grant(request, address);
            watcher.granted(grant, live);
            live.add(grant);
          }
        } else {
          pool.release(live.remove(random.nextInt(live.size())).address());
        }
      }
      live.forEach(grant -> pool.release(grant.address()));
    }

    private BounceRequest next() {
      long size = 1 + random.nextInt(random.nextInt(6) == 0 ? 100_000 : 9000);
      long original = ORIGINAL + random.nextInt(1 << 16);
      long minAlign = random.nextInt(3) == 0 ? (0x200L << random.nextInt(5)) - 1 : 0;
      long allocAlign = random.nextInt(4) == 0 ? 0xfff : 0;
      long boundary = random.nextInt(4) == 0 ? (0x4000L << random.nextInt(4)) - 1 : -1L;
      PhysRange region = spec().region();
      long poolDma = random.nextInt(3) == 0 ? region.base() - 0x4000_0000L : region.base();
      long preferred =
          random.nextInt(6) == 0 ? region.base() + random.nextLong(region.size()) : NO_PREFERENCE;
      return new BounceRequest(
          original, size, allocAlign, minAlign, boundary, poolDma, preferred);
    }
  }
}
