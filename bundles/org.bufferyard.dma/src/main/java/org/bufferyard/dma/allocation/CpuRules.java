package org.bufferyard.dma.allocation;

import org.bufferyard.api.kernel.Rule;

/** CPU mappings of coherent memory (B8, C2-C4). */
final class CpuRules {
  static final Rule PGPROT = Rule.of("B8", "dma_pgprot");
  static final Rule MMAP_DIRECT = Rule.of("C2", "dma_direct_mmap");
  static final Rule MMAP_IOMMU = Rule.of("C2", "iommu_dma_mmap");
  static final Rule MMAP_POOL = Rule.of("C3", "__dma_mmap_from_coherent");

  private CpuRules() {}
}
