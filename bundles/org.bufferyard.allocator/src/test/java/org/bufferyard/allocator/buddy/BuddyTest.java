package org.bufferyard.allocator.buddy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

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

final class BuddyTest extends AllocatorContract {

  /** 16 pages below 4 GiB and 16 above, as one bank. */
  private static final PhysRange ACROSS_4_GIB = new PhysRange(0xffff_0000L, 0x2_0000L);

  @Override
  protected AllocatorKind kind() {
    return new BuddyKind();
  }

  private static AllocatorSpec ram(Map<String, String> parameters, PhysRange... banks) {
    return new AllocatorSpec("ram", "buddy", List.of(banks), parameters);
  }

  private static Allocator open(AllocatorSpec spec) throws Exception {
    return new BuddyKind().open(spec, PlainAllocatorContext.of(List.of()));
  }

  private static long allocate(Allocator ram, long pages, long limit) {
    return ram.allocate(new AllocationRequest(pages, 0, limit, AllocationRequest.NO_PREFERENCE));
  }

  @Test
  void blocksAreAlignedByPhysicalAddressAndMergeAgain() throws Exception {
    try (Allocator ram = open(ram(Map.of(), new PhysRange(0x4000_3000L, 0x1_d000L)))) {
      assertEquals(0x4000_3000L, allocate(ram, 1, -1L), "the odd page goes first");
      assertEquals(0x4000_4000L, allocate(ram, 3, -1L));
      assertEquals(0x1_d000L - 0x5000, ram.freeBytes(), "three pages take four");
      assertEquals(0x4001_0000L, allocate(ram, 16, -1L));
      ram.free(0x4000_3000L, 0x1000);
      ram.free(0x4000_4000L, 0x3000);
      ram.free(0x4001_0000L, 0x1_0000);
      assertEquals(0x4001_0000L, allocate(ram, 9, -1L), "merged to the block of 16 again");
    }
  }

  @Test
  void highestZoneUnderTheLimitIsAskedFirst() throws Exception {
    try (Allocator ram = open(ram(Map.of(), ACROSS_4_GIB))) {
      assertEquals(0x1_0000_0000L, allocate(ram, 1, -1L));
      assertEquals(0xffff_0000L, allocate(ram, 1, 0xffff_ffffL));
      assertEquals(0x1_0000_8000L, allocate(ram, 8, -1L));
      assertEquals(0xffff_8000L, allocate(ram, 8, -1L), "falls back to the lower zone");
    }
  }

  @Test
  void wholeBlocksGoLowestFirstAndEdgesLast() throws Exception {
    // An odd page, two blocks of 16 pages in one bank, one block and two odd pages in another.
    PhysRange low = new PhysRange(0x4000_f000L, 0x2_1000L);
    PhysRange high = new PhysRange(0x5000_0000L, 0x1_2000L);
    try (Allocator ram = open(ram(Map.of("max-order", "4"), low, high))) {
      assertEquals(0x4001_0000L, allocate(ram, 1, -1L));
      assertEquals(0x4001_1000L, allocate(ram, 1, -1L), "the block once split serves on");
      assertEquals(0x4002_0000L, allocate(ram, 16, -1L));
      assertEquals(0x5000_0000L, allocate(ram, 16, -1L));
      assertEquals(0x4001_8000L, allocate(ram, 8, -1L));
      assertEquals(0x4001_4000L, allocate(ram, 4, -1L));
      assertEquals(0x4001_2000L, allocate(ram, 2, -1L));
      assertEquals(0x4000_f000L, allocate(ram, 1, -1L));
      assertEquals(0x5001_0000L, allocate(ram, 2, -1L));
      assertEquals(Allocator.NO_MEMORY, allocate(ram, 1, -1L));
      assertEquals(0, ram.freeBytes());
    }
  }

  @Test
  void nothingIsLargerThanTheMaximumOrder() throws Exception {
    PhysRange bank = new PhysRange(0x4000_0000L, 1L << 30);
    try (Allocator ram = open(ram(Map.of("max-order", "9"), bank))) {
      assertEquals(Allocator.NO_MEMORY, allocate(ram, 513, -1L));
      assertEquals(0x4000_0000L, allocate(ram, 512, -1L));
    }
  }

  @Test
  void parametersThatAreNoNumbersAreNamed() {
    PhysRange bank = new PhysRange(0x4000_0000L, 1L << 20);
    for (String name : List.of("max-order", "zone-boundaries")) {
      var e =
          assertThrows(
              IllegalArgumentException.class, () -> open(ram(Map.of(name, "many"), bank)));
      assertTrue(e.getMessage().contains(name), e::getMessage);
    }
  }

  @Nested
  final class OfThreeBanks extends AllocatorContract {
    @Override
    protected AllocatorKind kind() {
      return new BuddyKind();
    }

    @Override
    protected AllocatorSpec spec() {
      return ram(
          Map.of("max-order", "6"),
          new PhysRange(0x4000_5000L, 123 << 12),
          ACROSS_4_GIB,
          new PhysRange(0x8_0000_0000L, 200 << 12));
    }
  }
}
