package org.bufferyard.dma;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.bufferyard.api.allocator.AllocationRequest;
import org.bufferyard.api.memory.PhysRange;
import org.bufferyard.dma.allocation.AtomicPool;
import org.bufferyard.dma.allocation.PageGrant;
import org.junit.jupiter.api.Test;

class AtomicPoolTest {
  private static final long NO_HINT = AllocationRequest.NO_PREFERENCE;
  private final List<Long> asked = new ArrayList<>();
  private long next = 0x1000_0000L;
  private long longest = 1 << 20;

  private Optional<PhysRange> source(long pages) {
    asked.add(pages);
    if (pages > longest) {
      return Optional.empty();
    }
    PhysRange memory = new PhysRange(next, pages << 12);
    next += 0x100_0000L;
    return Optional.of(memory);
  }

  private AtomicPool pool(long wanted) {
    return new AtomicPool("GFP_KERNEL", wanted, this::source);
  }

  private static long take(AtomicPool pool, long pages, long hint) {
    return pool.allocate(pages, hint, base -> true).map(PageGrant::base).orElse(-1L);
  }

  @Test
  void thePoolIsRoundedUpToAnOrder() {
    assertEquals(256, pool(160).pages());
  }

  @Test
  void aRequestIsAlignedToItsOrderAndTakesNoMoreThanItAsks() {
    AtomicPool pool = pool(17);
    assertEquals(0x1000_0000L, take(pool, 1, NO_HINT));
    assertEquals(0x1000_4000L, take(pool, 3, NO_HINT), "aligned to four");
    assertEquals(0x1000_1000L, take(pool, 1, NO_HINT));
    assertEquals(0x1000_7000L, take(pool, 1, 0x1000_7000L), "the fourth page is free");
  }

  @Test
  void aPoolGrowsByItsSizeWhenLessThanTheConfiguredIsFree() {
    AtomicPool pool = pool(32);
    assertEquals(List.of(32L), asked);
    assertEquals(0x1000_0000L, take(pool, 1, NO_HINT));
    assertEquals(List.of(32L, 32L), asked, "31 pages are fewer than 32");
    assertEquals(64, pool.pages());
    assertEquals(0x1100_0000L, take(pool, 1, NO_HINT), "the newest chunk first");
  }

  @Test
  void growthTakesLessWhereThereIsLess() {
    longest = 4;
    AtomicPool pool = pool(32);
    assertEquals(List.of(32L, 16L, 8L, 4L), asked);
    assertEquals(4, pool.pages());
  }

  @Test
  void withoutMemoryThereIsNoPool() {
    longest = 0;
    AtomicPool pool = pool(32);
    assertEquals(0, pool.pages());
    assertEquals(-1L, take(pool, 1, NO_HINT));
  }

  @Test
  void whatTheDeviceCannotReachGoesBack() {
    AtomicPool pool = pool(32);
    assertTrue(pool.allocate(1, NO_HINT, base -> false).isEmpty());
    assertEquals(1, asked.size(), "and nothing grows for it");
    assertEquals(0x1000_0000L, take(pool, 1, NO_HINT));
  }

  @Test
  void pagesComeBackToTheChunk() {
    AtomicPool pool = pool(32);
    PageGrant all = pool.allocate(32, NO_HINT, base -> true).orElseThrow();
    all.giveBack();
    assertEquals(all.base(), take(pool, 32, all.base()));
    assertTrue(pool.owns(all.base() + 4096));
    assertFalse(pool.owns(all.base() - 1));
  }

  @Test
  void hugeRequestsAreRefused() {
    AtomicPool pool = pool(32);
    assertEquals(-1L, take(pool, 1L << 51, NO_HINT));
    assertEquals(-1L, take(pool, Integer.MAX_VALUE, -2L));
  }
}
