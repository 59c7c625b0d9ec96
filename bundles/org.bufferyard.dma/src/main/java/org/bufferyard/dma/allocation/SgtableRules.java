package org.bufferyard.dma.allocation;

import org.bufferyard.api.kernel.Rule;

/** C1 through the years: who checks whether pool memory has pages. */
final class SgtableRules {
  /** ARM before the check: a page is made up. */
  static final Rule MADE_UP = Rule.of("C1", "arm_dma_get_sgtable").historic().until(4, 11);

  /** ARM: pfn_valid() or -ENXIO, until it moved to dma-direct. */
  static final Rule PFN_VALID =
      Rule.of("C1", "arm_dma_get_sgtable").historic().since(4, 11).until(6, 0);

  /** ARM's own IOMMU ops know only memory that has a page array. */
  static final Rule ARM_IOMMU = Rule.of("C1", "arm_iommu_get_sgtable").historic().until(6, 0);

  static final Rule DIRECT = Rule.of("C1", "dma_direct_get_sgtable").historic().since(6, 0);
  static final Rule IOMMU = Rule.of("C1", "iommu_dma_get_sgtable").historic().since(6, 0);

  private SgtableRules() {}
}
