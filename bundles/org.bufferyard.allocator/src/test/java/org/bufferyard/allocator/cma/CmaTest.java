package org.bufferyard.allocator.cma;

import static org.junit.jupiter.api.Assertions.assertEquals;

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

final class CmaTest extends AllocatorContract {

  @Override
  protected AllocatorKind kind() {
    return new CmaKind();
  }

  private static AllocatorSpec area(PhysRange... ranges) {
    return new AllocatorSpec("area", "cma", List.of(ranges), Map.of());
  }

  private static long allocate(Allocator area, long pages, int alignOrder) {
    return area.allocate(
        new AllocationRequest(pages, alignOrder, -1L, AllocationRequest.NO_PREFERENCE));
  }

  @Test
  void countIsExactAndAlignmentIsPhysical() throws Exception {
    AllocatorSpec spec = area(new PhysRange(0x7100_1000L, 64 << 12));
    try (Allocator area = new CmaKind().open(spec, PlainAllocatorContext.of(List.of()))) {
      assertEquals(0x7100_1000L, allocate(area, 5, 0));
      assertEquals(59 << 12, area.freeBytes());
      assertEquals(0x7100_6000L, allocate(area, 1, 0));
      assertEquals(0x7100_8000L, allocate(area, 5, 3));
      assertEquals(0x7100_7000L, allocate(area, 1, 0), "the gap before is still first");
    }
  }

  @Test
  void laterRangesAreUsedWhenTheFirstIsFull() throws Exception {
    AllocatorSpec spec =
        area(new PhysRange(0x7100_0000L, 4 << 12), new PhysRange(0x7300_0000L, 4 << 12));
    try (Allocator area = new CmaKind().open(spec, PlainAllocatorContext.of(List.of()))) {
      assertEquals(0x7100_0000L, allocate(area, 3, 0));
      assertEquals(0x7300_0000L, allocate(area, 2, 0));
      assertEquals(0x7100_3000L, allocate(area, 1, 0));
      assertEquals(Allocator.NO_MEMORY, allocate(area, 3, 0));
    }
  }

  @Nested
  final class OfTwoRanges extends AllocatorContract {
    @Override
    protected AllocatorKind kind() {
      return new CmaKind();
    }

    @Override
    protected AllocatorSpec spec() {
      return area(new PhysRange(0x7100_5000L, 333 << 12), new PhysRange(0x1_0000_0000L, 99 << 12));
    }
  }
}
