package org.bufferyard.allocator.swiotlb;

import static org.bufferyard.api.allocator.AllocationRequest.NO_PREFERENCE;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.List;
import org.bufferyard.api.allocator.AdoptionDeclinedException;
import org.bufferyard.api.allocator.BouncePool;
import org.bufferyard.api.allocator.BouncePoolSpec;
import org.bufferyard.api.allocator.BounceRequest;
import org.bufferyard.api.contract.PlainAllocatorContext;
import org.bufferyard.api.contract.RecordedEvents;
import org.bufferyard.api.kernel.KernelOops;
import org.bufferyard.api.kernel.KernelProfile;
import org.bufferyard.api.memory.PhysRange;
import org.junit.jupiter.api.Test;

/** Single sentences of E4, each with the kernels in which it differs. */
final class SlotRulesTest {
  private static final long BASE = 0x7800_0000L;
  private static final long PAGE = 0xfff;
  private static final long NONE = -1L;

  private static BouncePool open(KernelProfile kernel, int areas) {
    try {
      return new SwiotlbKind()
          .open(
              new BouncePoolSpec("p", "swiotlb", new PhysRange(BASE, 1 << 20), areas),
              new PlainAllocatorContext(kernel, new RecordedEvents(), List.of()));
    } catch (AdoptionDeclinedException e) {
      throw new AssertionError(e);
    }
  }

  private static BounceRequest request(
      long original, long size, long alloc, long keep, long boundary) {
    return new BounceRequest(original, size, alloc, keep, boundary, BASE, NO_PREFERENCE);
  }

  private static long map(BouncePool pool, long original, long size, long alloc, long keep) {
    return pool.map(request(original, size, alloc, keep, NONE)) - BASE;
  }

  @Test
  void behindAnIommuOldKernelsKeepNoBitAboveASlot() {
    // Recorded: untrusted, min_align_mask 0xfff, 5000 bytes at offset 2048 land on a page start.
    assertEquals(0, map(open(KernelProfile.LINUX_6_1, 1), 0x4001_0800L, 5000, PAGE, PAGE));
    assertEquals(0x800, map(open(KernelProfile.LINUX_6_12, 1), 0x4001_0800L, 5000, PAGE, PAGE));
  }

  @Test
  void withoutAnAllocationsOwnAlignmentBothKeepThem() {
    for (KernelProfile kernel : List.of(KernelProfile.LINUX_6_1, KernelProfile.LINUX_6_12)) {
      assertEquals(0x800, map(open(kernel, 1), 0x4001_0800L, 512, 0, PAGE), kernel::name);
    }
  }

  @Test
  void aKeptOffsetTakesWholeSlotsWhereTheAllocationIsAligned() {
    BouncePool pool = open(KernelProfile.LINUX_7_3, 1);
    assertEquals(0x1900, map(pool, 0x4001_1900L, 16, 0x3fff, 0x3fff));
    assertEquals(8, pool.usedSlots(), "rounded to 16 KiB");
  }

  @Test
  void oldKernelsAlignAPageOnlyByTheirStride() {
    BouncePool pool = open(KernelProfile.LINUX_6_1, 1);
    assertEquals(0, map(pool, 0x4001_0000L, 512, 0, 0));
    assertEquals(0x1000, map(pool, 0x4001_0000L, 4096, 0, 0));
  }

  @Test
  void currentKernelsForgetThePageWhereTheDeviceHasAMask() {
    BouncePool pool = open(KernelProfile.LINUX_7_3, 1);
    assertEquals(0, map(pool, 0x4001_0000L, 512, 0, 0));
    assertEquals(0x800, map(pool, 0x4001_0000L, 4096, 0, 0x1ff), "no page start");
  }

  @Test
  void aMaskWithHolesKeepsJustItsBits() {
    BouncePool pool = open(KernelProfile.LINUX_7_3, 1);
    long address = map(pool, 0x4001_5a34L, 100, 0, 0x4830);
    assertEquals(0x5a34 & 0x4830, address & 0x4830);
    assertEquals(0, address & ~0x4830L & 0x7ff);
  }

  @Test
  void theStrideGoesByTheMaskEvenForTheAllocationsOfThePool() {
    BouncePool pool = open(KernelProfile.LINUX_7_3, 1);
    assertEquals(0, map(pool, 0, 4096, PAGE, 0x3fff));
    assertEquals(0x1000, map(pool, 0, 4096, PAGE, 0x3fff));
    pool.release(BASE);
    assertEquals(0x2000, map(pool, 0, 4096, PAGE, 0x3fff));
    // From 0x3000 on: everything up to the end, then 0, all in strides of 16 KiB.
    for (long at = 0x3000; at + 0x1000 <= 1 << 20; at += 0x1000) {
      assertEquals(at, map(pool, 0, 4096, PAGE, 0x3fff));
    }
    assertEquals(0, map(pool, 0, 4096, PAGE, 0x3fff));
  }

  @Test
  void aBounceNeverCrossesTheDevicesBoundary() {
    BouncePool pool = open(KernelProfile.LINUX_7_3, 1);
    assertEquals(0, map(pool, 0x4001_0000L, 2048 * 3, 0, 0));
    long second = pool.map(request(0x4001_0000L, 2048 * 3, 0, 0, 0x1fff)) - BASE;
    assertEquals(0x2000, second, "slots 3 to 5 would cross 8 KiB");
  }

  @Test
  void aBoundaryThatIsNoPowerOfTwoIsABugOfTheKernel() {
    BouncePool pool = open(KernelProfile.LINUX_7_3, 1);
    assertThrows(
        KernelOops.class, () -> pool.map(request(0x4001_0000L, 512, 0, 0, 0x2fff)));
    assertEquals(0, pool.usedSlots());
  }

  @Test
  void areasAreTriedInOrderAndEachHasItsOwnIndex() {
    BouncePool pool = open(KernelProfile.LINUX_7_3, 4);
    long area = (1 << 20) / 4;
    assertEquals(0, map(pool, 0x4001_0000L, area, 0, 0));
    assertEquals(area, map(pool, 0x4001_0000L, 512, 0, 0));
    pool.release(BASE);
    assertEquals(0, map(pool, 0x4001_0000L, 512, 0, 0), "the first area is asked first again");
    assertEquals(0x800, map(pool, 0x4001_0000L, 512, 0, 0));
  }

  @Test
  void aPoolSmallerThanASegmentServesWhatItHas() throws AdoptionDeclinedException {
    try (BouncePool small =
        new SwiotlbKind()
            .open(
                new BouncePoolSpec("p", "swiotlb", new PhysRange(BASE, 64 << 10), 1),
                PlainAllocatorContext.of(List.of()))) {
      assertEquals(BouncePool.FULL, small.map(request(0x4001_0000L, (64 << 10) + 1, 0, 0, NONE)));
      assertEquals(BASE, small.map(request(0x4001_0000L, 64 << 10, 0, 0, NONE)));
    }
  }
}
