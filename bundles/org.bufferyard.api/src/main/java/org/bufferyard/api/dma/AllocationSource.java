package org.bufferyard.api.dma;

/** Which memory served a coherent allocation. It is known only afterwards, and per buffer. */
public enum AllocationSource {
  /** The device's own pool (B2). */
  DEVICE_POOL,
  /** The global coherent pool of a non-coherent platform (B7.2). */
  GLOBAL_POOL,
  /** The CMA area assigned to the device (B6). */
  DEVICE_CMA,
  DEFAULT_CMA,
  /** The page allocator. */
  BUDDY,
  /** A pre-mapped atomic pool (B9). */
  ATOMIC_POOL,
  /** swiotlb_alloc from a restricted pool (E7). */
  RESTRICTED_POOL,
  /** Scattered pages behind an IOMMU, contiguous only as IOVA (B10). */
  IOMMU_PAGES;

  /** Whether dma_check_dev_coherent() holds for such a buffer (P1). */
  public boolean isCoherentPool() {
    return this == DEVICE_POOL || this == GLOBAL_POOL;
  }
}
