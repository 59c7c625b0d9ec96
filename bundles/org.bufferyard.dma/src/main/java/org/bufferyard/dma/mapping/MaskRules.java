package org.bufferyard.dma.mapping;

import org.bufferyard.api.kernel.Rule;

/** Section A: masks, limits, the choice of a path. */
public final class MaskRules {
  static final Rule SET_MASK = Rule.of("A7", "dma_set_mask");
  static final Rule SET_COHERENT_MASK = Rule.of("A7", "dma_set_coherent_mask");
  static final Rule DIRECT_SUPPORTED = Rule.of("A7", "dma_direct_supported");
  static final Rule NO_MASK_POINTER = Rule.of("A7", "__dma_map_sg_attrs");
  public static final Rule CAPABLE = Rule.of("A8", "dma_capable");

  /** Before it, only the masks were compared (dma_direct_all_ram_mapped came with 6.7). */
  static final Rule ALL_RAM_MAPPED = Rule.of("A9", "dma_direct_all_ram_mapped").since(6, 7);

  public static final Rule GO_DIRECT = Rule.of("A10", "dma_go_direct");

  private MaskRules() {}
}
