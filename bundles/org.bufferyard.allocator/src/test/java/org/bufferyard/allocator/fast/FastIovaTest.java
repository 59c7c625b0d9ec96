package org.bufferyard.allocator.fast;

import static org.bufferyard.api.allocator.IovaAllocator.NO_IOVA;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.List;
import org.bufferyard.api.allocator.IovaAllocator;
import org.bufferyard.api.allocator.IovaAllocatorKind;
import org.bufferyard.api.allocator.IovaSpec;
import org.bufferyard.api.contract.IovaAllocatorContract;
import org.bufferyard.api.contract.PlainIovaContext;
import org.junit.jupiter.api.Test;

final class FastIovaTest extends IovaAllocatorContract {
  private static final long TOP = -1L >>> 12;
  private static final long WINDOW = 1L << 20;

  @Override
  protected IovaAllocatorKind kind() {
    return new FastIovaKind();
  }

  private IovaAllocator open() throws Exception {
    return kind().open(new IovaSpec("d", 12, 1), PlainIovaContext.of(List.of()));
  }

  @Test
  void rangesLongerThanAWindowAreWholeWindows() throws Exception {
    try (IovaAllocator book = open()) {
      assertEquals(2 * WINDOW, book.allocate(WINDOW + 1, TOP, true), "window 0 lacks frame 0");
      assertEquals(4 * WINDOW, book.allocate(2 * WINDOW, TOP, true));
      assertEquals(WINDOW, book.allocate(WINDOW, TOP, true));
      book.free(2 * WINDOW, 1);
      assertEquals(2 * WINDOW, book.allocate(WINDOW, TOP, true), "part of what came back");
      assertEquals(3 * WINDOW, book.allocate(WINDOW, TOP, true));
      assertEquals(1, book.allocate(1, TOP, true));
    }
  }

  @Test
  void aReservationOverHalfTheSpaceCostsNothing() throws Exception {
    try (IovaAllocator book = open()) {
      book.reserve(0, TOP >>> 1);
      assertEquals((TOP >>> 1) + 1, book.allocate(1, TOP, true));
      assertEquals(NO_IOVA, book.allocate(1, TOP >>> 1, true));
      book.reserve(TOP, TOP);
      assertEquals(NO_IOVA, book.allocate(TOP, TOP, true));
    }
  }

  @Test
  void aReservationMayCoverFreedAndReservedFrames() throws Exception {
    try (IovaAllocator book = open()) {
      long pfn = book.allocate(4, TOP, true);
      assertEquals(4, pfn);
      assertThrows(IllegalArgumentException.class, () -> book.reserve(1, 7));
      book.free(pfn, 4);
      book.reserve(3, 6);
      book.reserve(1, 8);
      assertEquals(9, book.allocate(1, TOP, true));
      assertEquals(10, book.allocate(2, TOP, true));
    }
  }

  @Test
  void whatALongRangeHoldsCannotBeReserved() throws Exception {
    try (IovaAllocator book = open()) {
      long pfn = book.allocate(4 * WINDOW, TOP, true);
      assertEquals(4 * WINDOW, pfn);
      assertThrows(
          IllegalArgumentException.class, () -> book.reserve(pfn + WINDOW, pfn + WINDOW));
      book.free(pfn, 4 * WINDOW);
      book.reserve(pfn + WINDOW, pfn + WINDOW);
      assertEquals(2 * pfn, book.allocate(4 * WINDOW, TOP, true));
    }
  }
}
