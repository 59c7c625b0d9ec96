package org.bufferyard.api.allocator;

/**
 * swiotlb_tbl_map_single()'s question (E4).
 *
 * @param original physical address of the memory to bounce
 * @param sizeBytes of the mapping
 * @param allocAlignMask alignment the bounce itself needs (granule - 1 behind an IOMMU), else 0
 * @param minAlignMask address bits that must stay as in the original
 * @param boundaryMask segment boundary of the device, all ones for none
 * @param poolDma bus address of the pool's first byte for the device
 * @param preferred take this slot address first, as a replay of a recorded search position; {@link
 *     AllocationRequest#NO_PREFERENCE} for none
 */
public record BounceRequest(
    long original,
    long sizeBytes,
    long allocAlignMask,
    long minAlignMask,
    long boundaryMask,
    long poolDma,
    long preferred) {}
