package org.bufferyard.dma.remap;

import org.bufferyard.api.kernel.Rule;

/** Section P: the proposal of 2017. */
final class RemapRules {
  static final Rule CHECK = Rule.of("P1", "dma_check_dev_coherent");
  static final Rule SAME_SPACE = Rule.of("P4", "dma_coherent_map_sg");
  static final Rule THROUGH_IOMMU = Rule.of("P4", "dma_coherent_map_sg");
  static final Rule DIRECT = Rule.of("P4", "dma_coherent_map_sg");
  static final Rule UNMAP = Rule.of("P5", "dma_coherent_unmap_sg");
  static final Rule TOO_LONG = Rule.of("I19", "check_sg_segment");

  private RemapRules() {}
}
