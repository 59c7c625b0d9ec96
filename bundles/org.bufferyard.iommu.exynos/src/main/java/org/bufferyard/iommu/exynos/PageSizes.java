package org.bufferyard.iommu.exynos;

import org.bufferyard.api.iommu.DomainType;
import org.bufferyard.api.iommu.Geometry;

/**
 * What the core may ask of a driver with 32-bit IOVAs that takes one page a call whatever the
 * count.
 *
 * @param bitmap supported sizes in bytes
 */
public record PageSizes(long bitmap) {
  private static final long APERTURE_END = 0xffff_ffffL;

  /** The geometry of a domain; a blocked one has no sizes. */
  public Geometry geometry(DomainType type) {
    return new Geometry(type == DomainType.BLOCKED ? 0 : bitmap, 0, APERTURE_END, true, true);
  }

  /** What the core has seen to before it calls a driver: a size of the bitmap, and alignment. */
  public boolean admit(long iova, long pageSize, long count) {
    return Long.bitCount(pageSize) == 1
        && (pageSize & bitmap) != 0
        && count > 0
        && (iova & (pageSize - 1)) == 0
        && iova >>> 32 == 0;
  }
}
