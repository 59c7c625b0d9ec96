package org.bufferyard.allocator.swiotlb;

import static org.bufferyard.api.allocator.AllocationRequest.NO_PREFERENCE;
import static org.bufferyard.api.allocator.BouncePoolSpec.SLOT_BYTES;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import org.bufferyard.api.allocator.AdoptionDeclinedException;
import org.bufferyard.api.allocator.BouncePool;
import org.bufferyard.api.allocator.BouncePoolSpec;
import org.bufferyard.api.allocator.BounceRequest;
import org.bufferyard.api.contract.PlainAllocatorContext;
import org.bufferyard.api.memory.PhysRange;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What a recorded search that goes too far says about the slots before its end. */
final class LeakedSlotsTest {
  private static final long BASE = 0x7800_0000L;
  private static final long SLOTS = 512;

  private final BouncePool pool;

  LeakedSlotsTest() throws AdoptionDeclinedException {
    pool =
        new SwiotlbKind()
            .open(
                new BouncePoolSpec("p", "swiotlb", new PhysRange(BASE, SLOTS * SLOT_BYTES), 1),
                PlainAllocatorContext.of(List.of()));
  }

  @AfterEach
  void close() {
    pool.close();
  }

  /** The slot that the book gives; {@code seen} -1: nobody saw one. */
  private long map(long slots, long seen) {
    long address =
        pool.map(
            new BounceRequest(
                0x1_4000_0000L,
                slots * SLOT_BYTES,
                0,
                0,
                -1L,
                BASE,
                NO_PREFERENCE,
                seen < 0 ? NO_PREFERENCE : BASE + seen * SLOT_BYTES));
    return address == BouncePool.FULL ? -1 : (address - BASE) / SLOT_BYTES;
  }

  private void release(long slot) {
    pool.release(BASE + slot * SLOT_BYTES);
  }

  @Test
  void aSearchThatEndsWhereTheBookSaysTeachesNothing() {
    assertEquals(0, map(128, 0));
    assertEquals(128, map(128, -1));
  }

  @Test
  void whatASearchPassedOverStaysClosedToRequestsThatNeedAllOfIt() {
    assertEquals(128, map(128, 128));
    for (long slot = 256; slot < SLOTS; slot += 128) {
      assertEquals(slot, map(128, -1));
    }
    assertEquals(-1, map(128, -1), "the first segment misses a slot");
    assertEquals(0, map(124, -1), "which slot nobody knows, so a shorter one is tried");
  }

  @Test
  void aRunIsStillMissingWhenItsNeighboursComeBack() {
    assertEquals(128, map(128, 128));
    release(128);
    for (int i = 0; i < 8; i++) {
      long slot = map(128, -1);
      assertEquals(i % 3 == 0 ? 256 : i % 3 == 1 ? 384 : 128, slot);
      release(slot);
    }
  }

  @Test
  void aRunThatTheKernelHasLentHoldsNoLeakedSlot() {
    assertEquals(0, map(128, 0));
    assertEquals(128, map(128, 128));
    assertEquals(256, map(128, 256));
    assertEquals(384, map(128, 384));
    release(0);
    release(128);
    assertEquals(0, map(128, 128), "the record contradicts itself, so the book's own answer shows");
  }

  @Test
  void theLastSlotLeftToSuspectIsTheLostOne() {
    assertEquals(2, map(2, 2), "0 or 1 is lost");
    for (long slot = 4; slot < SLOTS; slot += 2) {
      assertEquals(slot, map(2, slot));
    }
    assertEquals(0, map(1, 0), "so it is 1");
    assertEquals(-1, map(1, -1), "and everything else is live");
    release(2);
    assertEquals(2, map(1, -1));
    assertEquals(3, map(1, 1), "a record that gives it out contradicts itself");
  }

  @Test
  void anAddressThatNoSearchComesToIsIgnored() {
    assertEquals(0, map(4, 3 * 128 - 2), "it would leave its segment");
    assertEquals(4, map(4, SLOTS), "it lies outside");
    assertEquals(8, map(4, -1), "and nothing was learnt");
  }
}
