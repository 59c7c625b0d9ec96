package org.bufferyard.dma.allocation;

import org.bufferyard.api.kernel.Rule;

/** Section B: coherent allocation. */
public final class AllocationRules {
  static final Rule ENTRY = Rule.of("B1", "dma_alloc_attrs");
  public static final Rule DEVICE_POOL = Rule.of("B2", "dma_alloc_from_dev_coherent");

  /** A pool declared without DMA_MEMORY_EXCLUSIVE that cannot serve lets the call go on. */
  static final Rule NOT_EXCLUSIVE =
      Rule.of("B2", "dma_alloc_from_coherent").historic().until(5, 1);

  static final Rule POOL = Rule.of("B3", "__dma_alloc_from_coherent");
  static final Rule POOL_BASE = Rule.of("B3", "dma_get_device_base");
  static final Rule CMA = Rule.of("B6", "dma_alloc_contiguous");
  static final Rule NO_MAPPING = Rule.of("B7", "dma_direct_alloc_no_mapping");
  static final Rule DIRECT = Rule.of("B7", "dma_direct_alloc");
  static final Rule GLOBAL_POOL = Rule.of("B7", "dma_alloc_from_global_coherent");
  static final Rule DIRECT_PAGES = Rule.of("B7", "__dma_direct_alloc_pages");
  static final Rule ATOMIC_POOL = Rule.of("B9", "dma_alloc_from_pool");
  static final Rule IOMMU = Rule.of("B10", "iommu_dma_alloc");
  static final Rule IOMMU_PAGES = Rule.of("B10", "__iommu_dma_alloc_noncontiguous");
  static final Rule NONCONTIGUOUS = Rule.of("B11", "dma_alloc_noncontiguous");
  static final Rule FREE = Rule.of("B12", "dma_free_attrs");
  static final Rule CC_SHARED = Rule.of("B1", "dma_alloc_attrs").since(7, 0);

  private AllocationRules() {}
}
