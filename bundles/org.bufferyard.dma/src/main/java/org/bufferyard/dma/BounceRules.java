package org.bufferyard.dma;

import org.bufferyard.api.kernel.Rule;

/** Section E: bounce buffers. */
final class BounceRules {
  static final Rule WHEN = Rule.of("E2", "swiotlb_map");
  static final Rule UNTRUSTED = Rule.of("E2", "iommu_dma_map_phys");
  static final Rule PLACEMENT = Rule.of("E4", "swiotlb_tbl_map_single");
  static final Rule COPY = Rule.of("E5", "swiotlb_bounce");
  static final Rule NO_POOL = Rule.of("E6", "swiotlb_tbl_map_single");
  static final Rule FULL = Rule.of("E6", "swiotlb_tbl_map_single");
  static final Rule BEYOND = Rule.of("E6", "swiotlb_map");
  static final Rule RESTRICTED = Rule.of("E7", "swiotlb_alloc");
  static final Rule NO_LINEAR_MAPPING = Rule.of("C1", "swiotlb_bounce");

  /** Before 6.8 the IOMMU's bounce was cleared for FROM_DEVICE and SKIP_CPU_SYNC. */
  static final Rule IOMMU_BOUNCE_ZEROED = Rule.of("E5", "iommu_dma_map_page").until(6, 8);

  private BounceRules() {}
}
