package org.bufferyard.api.iommu;

import java.util.Set;

/**
 * What a domain can map.
 *
 * @param pageSizes bitmap of supported sizes in bytes, 0 for a domain without a table
 * @param apertureStart first IOVA
 * @param apertureEnd last IOVA
 * @param forceAperture whether DMA outside the aperture is impossible
 * @param onePagePerCall whether map accepts a single page per call and returns its size (N3:
 *     Exynos, Rockchip)
 * @param traits what else the driver's table can
 */
public record Geometry(
    long pageSizes,
    long apertureStart,
    long apertureEnd,
    boolean forceAperture,
    boolean onePagePerCall,
    Set<Trait> traits) {

  /** What drivers differ in. */
  public enum Trait {
    /**
     * One of the generic page tables of 6.19 and later, which take whole ranges (map_range): they
     * refuse a range of 0 bytes, which other drivers are never asked for.
     */
    TAKES_RANGES,
    /**
     * IOMMU_CAP_DEFERRED_FLUSH: unmapping may leave the caches to a flush queue (D11, D12). A DMA-FQ
     * domain without it is a DMA domain.
     */
    DEFERS_FLUSHES
  }

  public Geometry {
    traits = Set.copyOf(traits);
  }

  /** A table without further traits. */
  public Geometry(
      long pageSizes,
      long apertureStart,
      long apertureEnd,
      boolean forceAperture,
      boolean onePagePerCall) {
    this(pageSizes, apertureStart, apertureEnd, forceAperture, onePagePerCall, Set.of());
  }

  /** A domain without a table: everything is itself. */
  public static final Geometry IDENTITY = new Geometry(0, 0, -1L, false, false);

  public boolean has(Trait trait) {
    return traits.contains(trait);
  }

  /** Bytes of the smallest page; 0 without a table. */
  public long granule() {
    return Long.lowestOneBit(pageSizes);
  }
}
