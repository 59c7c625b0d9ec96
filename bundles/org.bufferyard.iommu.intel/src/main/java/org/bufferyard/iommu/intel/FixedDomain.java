package org.bufferyard.iommu.intel;

import org.bufferyard.api.iommu.Geometry;
import org.bufferyard.api.iommu.IommuDomain;
import org.bufferyard.api.kernel.Errno;

/** Domains without a table. They have no state, so there is one of each. */
enum FixedDomain implements IommuDomain {
  /** Context entries of translation type pass-through. */
  IDENTITY,
  /** blocking_domain: context entries that are not present. */
  BLOCKED;

  @Override
  public Geometry geometry() {
    return Geometry.IDENTITY;
  }

  /** iommu_map() on a domain that is not a paging one. */
  @Override
  public long map(long iova, long phys, long pageSize, long count, int prot) {
    return Errno.EINVAL.rc();
  }

  @Override
  public long unmap(long iova, long pageSize, long count) {
    return 0;
  }

  @Override
  public long iovaToPhys(long iova) {
    return this == IDENTITY ? iova : 0;
  }

  @Override
  public void sync() {}

  @Override
  public void close() {}
}
