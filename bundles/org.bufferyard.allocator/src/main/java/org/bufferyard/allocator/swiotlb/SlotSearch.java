package org.bufferyard.allocator.swiotlb;

import static org.bufferyard.api.allocator.BouncePoolSpec.SLOT_BYTES;

import org.bufferyard.api.allocator.BounceRequest;
import org.bufferyard.api.kernel.KernelProfile;
import org.bufferyard.api.memory.PageRef;

/**
 * What one request asks of a slot: the first half of swiotlb_tbl_map_single() and of
 * swiotlb_search_pool_area() (E4), and their forms of 6.1 with the one fix that its stable releases
 * got (bits that the allocation's own alignment covers are not searched for). The steps in between,
 * up to 6.10, are not told apart: no profile names such a kernel.
 *
 * @param offset bytes from the first slot to the address given out, whole pad slots included
 * @param slots length in slots; 0 is the kernel's BUG
 * @param zeroMask bits of the bus address of the first slot that must be zero
 * @param keepMask bits of it that must be as in the original
 * @param stride slots from one aligned candidate to the next
 * @param startsAligned whether the first candidate is aligned to the stride, counted in slots
 * @param maxSlots slots from one segment boundary of the device to the next
 */
record SlotSearch(
    long offset,
    long slots,
    long zeroMask,
    long keepMask,
    long stride,
    boolean startsAligned,
    long maxSlots) {

  private static final long SLOT_MASK = SLOT_BYTES - 1;

  static SlotSearch of(BounceRequest request, KernelProfile kernel) {
    return kernel.behavesAs().atLeast(6, 10) ? current(request) : of61(request);
  }

  private static SlotSearch current(BounceRequest request) {
    long allocMask = request.allocAlignMask();
    long keepMask = request.original() == 0 ? 0 : request.minAlignMask();
    long offset = request.original() & keepMask & (allocMask | SLOT_MASK);
    // swiotlb_alloc() does not round its size; swiotlb_tbl_map_single() does.
    long size = request.sizeBytes() + offset;
    if (request.original() != 0) {
      size = saturated(size, allocMask);
    }
    if (allocMask == 0 && request.minAlignMask() == 0 && size >= PageRef.SIZE) {
      allocMask = PageRef.SIZE - 1;
    }
    allocMask |= SLOT_MASK;
    keepMask &= ~allocMask;
    // The stride goes by the device's mask even where no original has bits to keep.
    long stride = (Math.max(allocMask, request.minAlignMask() & ~allocMask) >>> 11) + 1;
    return new SlotSearch(
        offset, slots(size), allocMask, keepMask, stride, false, maxSlots(request));
  }

  /**
   * 6.1: alignment comes from striding through the slots from an aligned index, and one that has to
   * move on by single slots for the original's bits loses it. Bits that the allocation's own
   * alignment covers are not kept, so a bounce behind an IOMMU loses bit 11 of its offset.
   */
  private static SlotSearch of61(BounceRequest request) {
    long offset = request.original() & request.minAlignMask() & SLOT_MASK;
    long size = saturated(request.sizeBytes(), request.allocAlignMask()) + offset;
    long allocMask = request.allocAlignMask() | SLOT_MASK;
    long keepMask = request.minAlignMask() & ~allocMask;
    long stride = (keepMask >>> 11) + 1;
    if (size >= PageRef.SIZE) {
      stride *= PageRef.SIZE / SLOT_BYTES;
    }
    stride = Math.max(stride, (allocMask >>> 11) + 1);
    long keep = request.original() == 0 ? 0 : keepMask;
    return new SlotSearch(offset, slots(size), 0, keep, stride, true, maxSlots(request));
  }

  /** ALIGN(size, mask + 1), or a length that no pool has where it would overflow. */
  private static long saturated(long size, long mask) {
    return size < 0 || size > Long.MAX_VALUE - mask ? Long.MAX_VALUE : (size + mask) & ~mask;
  }

  private static long slots(long size) {
    return size < 0 ? Long.MAX_VALUE : (size >>> 11) + ((size & SLOT_MASK) == 0 ? 0 : 1);
  }

  private static long maxSlots(BounceRequest request) {
    return (request.boundaryMask() >>> 11) + 1;
  }
}
