package org.bufferyard.dma.bounce;

import org.bufferyard.api.kernel.Rule;

/** Section E: bounce buffers. */
public final class BounceRules {
  public static final Rule WHEN = Rule.of("E2", "swiotlb_map");
  public static final Rule UNTRUSTED = Rule.of("E2", "iommu_dma_map_phys");
  static final Rule PLACEMENT = Rule.of("E4", "swiotlb_tbl_map_single");
  static final Rule COPY = Rule.of("E5", "swiotlb_bounce");
  static final Rule NO_POOL = Rule.of("E6", "swiotlb_tbl_map_single");
  static final Rule FULL = Rule.of("E6", "swiotlb_tbl_map_single");
  public static final Rule BEYOND = Rule.of("E6", "swiotlb_map");
  public static final Rule RESTRICTED = Rule.of("E7", "swiotlb_alloc");
  static final Rule NO_LINEAR_MAPPING = Rule.of("C1", "swiotlb_bounce");

  /** Before 6.10 the IOMMU's bounce was cleared for FROM_DEVICE and SKIP_CPU_SYNC. */
  public static final Rule IOMMU_BOUNCE_ZEROED = Rule.of("E5", "iommu_dma_map_page").until(6, 10);

  /** The size is rounded with the kept offset in it, so that the offset may take whole slots. */
  static final Rule OFFSET_COUNTED = Rule.of("E4", "swiotlb_tbl_map_single").since(6, 10);

  /** Coherent allocations of a restricted pool are aligned to their order; before, to a page. */
  public static final Rule ALLOCATION_ALIGNED = Rule.of("E7", "swiotlb_alloc").since(6, 9);

  private BounceRules() {}
}
