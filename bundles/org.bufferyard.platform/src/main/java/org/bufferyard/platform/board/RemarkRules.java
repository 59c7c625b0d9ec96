package org.bufferyard.platform.board;

import org.bufferyard.api.kernel.Rule;

/** Under which rules a board is odd: where the kernel meets it while it boots. Constants. */
public final class RemarkRules {
  /** All entries of a window lead nowhere. */
  public static final Rule NO_WINDOW = Rule.of("A4", "of_dma_get_range");

  /** A disabled IOMMU is none. */
  public static final Rule DISABLED_IOMMU = Rule.of("A5", "of_iommu_xlate");

  /** A region that its backend refuses. */
  public static final Rule REFUSED_POOL = Rule.of("B4", "rmem_dma_setup");

  /** Where dynamic regions go. */
  public static final Rule DYNAMIC_POOL = Rule.of("B4b", "__reserved_mem_alloc_size");

  /** Regions that lie over each other. */
  public static final Rule OVERLAP = Rule.of("B4b", "__rmem_check_for_overlap");

  /** A disabled region is attached to nobody. */
  public static final Rule DISABLED_POOL = Rule.of("B5", "of_reserved_mem_device_init_by_idx");

  /** The default CMA area. */
  public static final Rule DEFAULT_CMA = Rule.of("B6", "dma_contiguous_reserve");

  /** The bounce pool. */
  public static final Rule BOUNCE_POOL = Rule.of("E1", "swiotlb_init");

  /** No rule of the kernel: what only the file's reader minds. */
  public static final Rule FILE = Rule.of("file", "read");

  private RemarkRules() {}
}
