package org.bufferyard.dma.mapping;

import org.bufferyard.api.kernel.Rule;

/** Section F14: pages of peer-to-peer memory in what is mapped. */
public final class PeerRules {
  public static final Rule WAY = Rule.of("F14", "pci_p2pdma_map_type");

  /** Peer-to-peer pages are never bounced: the map fails. Since 7.x what has no attribute is. */
  public static final Rule NEVER_BOUNCED = Rule.of("F14", "dma_direct_map_page").until(7, 0);

  /** One page asks for no way; the debug kernels of 7.x refuse it. */
  public static final Rule SINGLE = Rule.of("F14", "dma_map_page_attrs");

  public static final Rule SINGLE_REFUSED = Rule.of("F14", "dma_map_page_attrs").since(7, 0);

  /** iommu_dma_map_sg() gives each bus address the length of the list's first entry. */
  public static final Rule FIRST_LENGTH = Rule.of("F14", "iommu_dma_map_sg").since(6, 16);

  private PeerRules() {}
}
