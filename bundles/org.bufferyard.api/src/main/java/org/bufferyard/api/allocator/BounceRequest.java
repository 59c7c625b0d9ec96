package org.bufferyard.api.allocator;

/**
 * swiotlb_tbl_map_single()'s question (E4).
 *
 * @param original physical address of the memory to bounce; 0 when the pool itself is the memory
 *     (swiotlb_alloc(): {@code minAlignMask} and rounding to {@code allocAlignMask} do not apply)
 * @param sizeBytes of the mapping, not negative
 * @param allocAlignMask alignment the bounce itself needs (granule - 1 behind an IOMMU), else 0; a
 *     power of two less one, below 2^32
 * @param minAlignMask address bits that must stay as in the original, any below 2^32: drivers set
 *     what they like (dma_set_min_align_mask() checks nothing)
 * @param boundaryMask segment boundary of the device, all ones for none
 * @param poolDma bus address of the pool's first byte for the device
 * @param preferred start the search at the slot that gives this address, as a replay of a recorded
 *     search position; ignored when that slot does not suit; {@link
 *     AllocationRequest#NO_PREFERENCE} for none
 * @param seen where the search of a recorded kernel ended. What a search passes over on its way
 *     there is taken as leaked by an earlier oops, for as long as the pool is open; ignored when the
 *     search never comes there, or when only slots stand in between that the same pool has lent
 *     before; a kind may ignore it always. {@link AllocationRequest#NO_PREFERENCE} for none
 */
public record BounceRequest(
    long original,
    long sizeBytes,
    long allocAlignMask,
    long minAlignMask,
    long boundaryMask,
    long poolDma,
    long preferred,
    long seen) {

  public BounceRequest {
    boolean aligns = (allocAlignMask & (allocAlignMask + 1)) == 0 && allocAlignMask >>> 32 == 0;
    if (sizeBytes < 0 || !aligns || minAlignMask >>> 32 != 0) {
      throw new IllegalArgumentException(
          "bounce of "
              + sizeBytes
              + " bytes, masks 0x"
              + Long.toHexString(allocAlignMask)
              + " and 0x"
              + Long.toHexString(minAlignMask));
    }
  }

  /** A bounce of a kernel that nobody recorded, or whose search position alone is known. */
  public BounceRequest(
      long original,
      long sizeBytes,
      long allocAlignMask,
      long minAlignMask,
      long boundaryMask,
      long poolDma,
      long preferred) {
    this(
        original,
        sizeBytes,
        allocAlignMask,
        minAlignMask,
        boundaryMask,
        poolDma,
        preferred,
        AllocationRequest.NO_PREFERENCE);
  }
}
