package org.bufferyard.dma.iommu;

import org.bufferyard.api.kernel.Rule;

/** Sections D and N: mappings through an IOMMU. */
final class IommuRules {
  static final Rule PROT = Rule.of("D1", "dma_info_to_prot");
  static final Rule IOVA = Rule.of("D4", "iommu_dma_alloc_iova");

  /** The 32-bit-first rule ends for good at its first failure; before 6.4 it was tried each time. */
  static final Rule WORKAROUND_ENDS = Rule.of("D4", "iommu_dma_alloc_iova").since(6, 4);

  static final Rule MAP = Rule.of("D6", "__iommu_dma_map");
  /** Refuses a min_align_mask beyond the granule; not in 6.1.176, in 6.12. */
  static final Rule ALIGNMENT_REFUSED = Rule.of("D6", "__iommu_dma_map").since(6, 10);

  static final Rule MAP_SG = Rule.of("D7", "iommu_dma_map_sg");
  static final Rule PADDING = Rule.of("D7", "iommu_dma_map_sg");
  /** An entry that padding makes too long is refused; before, its length wrapped. */
  static final Rule PADDING_OVERFLOW = Rule.of("D7", "iommu_dma_map_sg").since(7, 0);

  static final Rule FINALISE = Rule.of("D8", "__finalise_sg");
  static final Rule IOMMU_MAP = Rule.of("D9", "iommu_map");
  static final Rule UNMAP = Rule.of("D10", "__iommu_dma_unmap");
  static final Rule SYNC = Rule.of("C11", "iommu_dma_sync_single_for_cpu");

  /** A refused map is traced with the bytes that it managed. */
  static final Rule FAILED_MAP_TRACED = Rule.of("J2", "iommu_map").since(7, 0);

  /** The two-step API came with 6.16. */
  static final Rule TRY_ALLOC = Rule.of("C12", "dma_iova_try_alloc").since(6, 16);

  static final Rule LINK = Rule.of("C12", "dma_iova_link").since(6, 16);
  static final Rule UNLINK = Rule.of("C12", "__iommu_dma_iova_unlink").since(6, 16);

  static final Rule MAX_SEGMENT = Rule.of("I19", "check_sg_segment");

  private IommuRules() {}
}
