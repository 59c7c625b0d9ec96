package org.bufferyard.api.iommu;

/**
 * What a domain can map.
 *
 * @param pageSizes bitmap of supported sizes in bytes, 0 for a domain without a table
 * @param apertureStart first IOVA
 * @param apertureEnd last IOVA
 * @param forceAperture whether DMA outside the aperture is impossible
 * @param onePagePerCall whether map accepts a single page per call and returns its size (N3:
 *     Exynos, Rockchip)
 * @param takesRanges whether the table is one of the generic page tables of 6.19 and later, which
 *     take whole ranges (map_range): they refuse a range of 0 bytes, which other drivers are never
 *     asked for
 */
public record Geometry(
    long pageSizes,
    long apertureStart,
    long apertureEnd,
    boolean forceAperture,
    boolean onePagePerCall,
    boolean takesRanges) {

  /** A table that is filled page size by page size. */
  public Geometry(
      long pageSizes,
      long apertureStart,
      long apertureEnd,
      boolean forceAperture,
      boolean onePagePerCall) {
    this(pageSizes, apertureStart, apertureEnd, forceAperture, onePagePerCall, false);
  }

  /** A domain without a table: everything is itself. */
  public static final Geometry IDENTITY = new Geometry(0, 0, -1L, false, false);

  /** Bytes of the smallest page; 0 without a table. */
  public long granule() {
    return Long.lowestOneBit(pageSizes);
  }
}
