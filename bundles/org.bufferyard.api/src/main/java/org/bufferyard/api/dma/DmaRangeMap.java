package org.bufferyard.api.dma;

import java.util.List;

/**
 * A device's {@code dma_range_map}: the first region that contains an address translates it; no
 * regions at all is the identity (A2).
 *
 * @param regions in devicetree order
 */
public record DmaRangeMap(List<DmaRange> regions) {
  /** No map: bus addresses are physical addresses. */
  public static final DmaRangeMap IDENTITY = new DmaRangeMap(List.of());

  public DmaRangeMap {
    regions = List.copyOf(regions);
  }

  public boolean isIdentity() {
    return regions.isEmpty();
  }

  /** translate_phys_to_dma(): {@link DmaAddress#MAPPING_ERROR} outside every region. */
  public long toDma(long phys) {
    if (regions.isEmpty()) {
      return phys;
    }
    for (DmaRange r : regions) {
      if (r.hasCpu(phys)) {
        return r.dma() + (phys - r.cpu());
      }
    }
    return DmaAddress.MAPPING_ERROR;
  }

  /** translate_dma_to_phys(): all ones outside every region. */
  public long toPhys(long dma) {
    if (regions.isEmpty()) {
      return dma;
    }
    for (DmaRange r : regions) {
      if (r.hasDma(dma)) {
        return r.cpu() + (dma - r.dma());
      }
    }
    return -1L;
  }
}
