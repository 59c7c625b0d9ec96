package org.bufferyard.allocator.fast;

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

final class FastFramesTest extends AllocatorContract {
  @Override
  protected AllocatorKind kind() {
    return new FastFramesKind();
  }

  @Test
  void theSearchGoesOnWhereItEndedAndBeginsAnew() throws Exception {
    AllocatorSpec four =
        new AllocatorSpec("f", "buddy", List.of(new PhysRange(0x1000_0000L, 0x4000)), Map.of());
    try (Allocator book = kind().open(four, PlainAllocatorContext.of(List.of()))) {
      assertEquals(0x1000_0000L, book.allocate(AllocationRequest.pages(2)));
      book.free(0x1000_0000L, 0x2000);
      assertEquals(0x1000_2000L, book.allocate(AllocationRequest.pages(1)));
      assertEquals(0x1000_0000L, book.allocate(AllocationRequest.pages(2)));
      assertEquals(0x1000_3000L, book.allocate(AllocationRequest.pages(1)));
    }
  }

  /** A gap, an odd size, and memory above 4 GiB. */
  @Nested
  final class OfThreeBanks extends AllocatorContract {
    @Override
    protected AllocatorKind kind() {
      return new FastFramesKind();
    }

    @Override
    protected AllocatorSpec spec() {
      return new AllocatorSpec(
          "banks",
          "cma",
          List.of(
              new PhysRange(0x4000_1000L, 33 << 12),
              new PhysRange(0x5000_0000L, 1 << 20),
              new PhysRange(0x1_0000_0000L, 77 << 12)),
          Map.of());
    }
  }
}
