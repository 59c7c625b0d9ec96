package org.bufferyard.allocator.coherent;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.List;
import java.util.Map;
import org.bufferyard.api.allocator.AllocationRequest;
import org.bufferyard.api.allocator.Allocator;
import org.bufferyard.api.allocator.AllocatorKind;
import org.bufferyard.api.allocator.AllocatorSpec;
import org.bufferyard.api.contract.AllocatorContract;
import org.bufferyard.api.contract.PlainAllocatorContext;
import org.bufferyard.api.memory.PhysRange;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

final class CoherentPoolTest extends AllocatorContract {

  /** Nine pages that start at an odd one: what order-based first fit makes of them. */
  private static final AllocatorSpec NINE_PAGES = pool(0x7500_1000L, 9);

  @Override
  protected AllocatorKind kind() {
    return new CoherentPoolKind();
  }

  private static AllocatorSpec pool(long base, long pages) {
    return new AllocatorSpec(
        "pool", "coherent-pool", List.of(new PhysRange(base, pages << 12)), Map.of());
  }

  private static Allocator open(AllocatorSpec spec) throws Exception {
    return new CoherentPoolKind().open(spec, PlainAllocatorContext.of(List.of()));
  }

  private static long allocate(Allocator pool, long pages) {
    return pool.allocate(AllocationRequest.pages(pages));
  }

  @Test
  void fivePagesTakeEightAlignedToThePoolsStart() throws Exception {
    try (Allocator pool = open(NINE_PAGES)) {
      assertEquals(0x7500_1000L, allocate(pool, 5));
      assertEquals(1 << 12, pool.freeBytes());
      assertEquals(Allocator.NO_MEMORY, allocate(pool, 2));
      assertEquals(0x7500_9000L, allocate(pool, 1));
    }
  }

  @Test
  void blocksThatStickOutAreNotGiven() throws Exception {
    try (Allocator pool = open(NINE_PAGES)) {
      assertEquals(Allocator.NO_MEMORY, allocate(pool, 9));
      assertEquals(0x7500_1000L, allocate(pool, 1));
      assertEquals(Allocator.NO_MEMORY, allocate(pool, 8));
      assertEquals(0x7500_5000L, allocate(pool, 3));
      assertEquals(0x7500_3000L, allocate(pool, 2));
      assertEquals(0x7500_2000L, allocate(pool, 1));
    }
  }

  @Test
  void severalRegionsAreRefused() {
    AllocatorSpec spec =
        new AllocatorSpec(
            "two",
            "coherent-pool",
            List.of(new PhysRange(0x1000, 0x1000), new PhysRange(0x4000, 0x1000)),
            Map.of());
    assertThrows(IllegalArgumentException.class, () -> open(spec));
  }

  @Nested
  final class OfNinePages extends AllocatorContract {
    @Override
    protected AllocatorKind kind() {
      return new CoherentPoolKind();
    }

    @Override
    protected AllocatorSpec spec() {
      return NINE_PAGES;
    }
  }

  @Nested
  final class Above4GiB extends AllocatorContract {
    @Override
    protected AllocatorKind kind() {
      return new CoherentPoolKind();
    }

    @Override
    protected AllocatorSpec spec() {
      return pool(0x1_4000_3000L, 777);
    }
  }
}
