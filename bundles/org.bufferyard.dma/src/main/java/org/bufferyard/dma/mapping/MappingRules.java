package org.bufferyard.dma.mapping;

import org.bufferyard.api.kernel.Rule;

/** Section C, streaming mappings on the direct path and what both paths share. */
public final class MappingRules {
  public static final Rule DIRECTION = Rule.of("C5", "dma_map_phys");
  public static final Rule NO_MASK_POINTER = Rule.of("A7", "dma_map_phys");
  static final Rule MAP_SG_NO_MASK_POINTER = Rule.of("A7", "__dma_map_sg_attrs");
  public static final Rule DIRECT = Rule.of("C5", "dma_direct_map_phys");
  public static final Rule DIRECT_SG = Rule.of("C7", "dma_direct_map_sg");

  /** DMA_ATTR_MMIO and DMA_ATTR_REQUIRE_COHERENT exist; one core call maps pages and registers. */
  public static final Rule MAP_PHYS = Rule.of("C5", "dma_map_phys").since(7, 0);

  public static final Rule REQUIRE_COHERENT = Rule.of("B13", "dma_map_phys").since(7, 0);

  /** Memory shared with the host is for dma-direct alone. */
  public static final Rule CC_SHARED = Rule.of("B13", "dma_unmap_phys").since(7, 0);

  /** Registers go through the bus windows. */
  public static final Rule MMIO_TRANSLATED = Rule.of("C5", "dma_direct_map_phys").since(7, 0);

  /** Registers keep their physical address, whatever the bus does. */
  public static final Rule MMIO_UNTRANSLATED = Rule.of("C5", "dma_direct_map_resource").until(7, 0);

  public static final Rule SG_TABLE_ERRORS = Rule.of("C6", "dma_map_sgtable");
  static final Rule SYNC = Rule.of("C8", "dma_direct_sync_single_for_device");

  /** CONFIG_DMA_BOUNCE_UNALIGNED_KMALLOC came with 6.5. */
  public static final Rule KMALLOC = Rule.of("C10", "dma_kmalloc_needs_bounce").since(6, 5);

  static final Rule CACHE_OF_NO_PAGE = Rule.of("C1", "arch_sync_dma_for_device");
  public static final Rule PAGE_TO_PFN = Rule.of("C1", "page_to_pfn");
  public static final Rule UNMAP = Rule.of("D10", "iommu_dma_unmap_phys");
  public static final Rule NOT_MAPPED = Rule.of("I2", "dma_unmap_page_attrs");

  private MappingRules() {}
}
