package org.bufferyard.iommu.basic;

import org.bufferyard.api.iommu.Geometry;
import org.bufferyard.api.iommu.IommuDomain;
import org.bufferyard.api.kernel.Errno;

/** The two domains that need no table. They hold no state, so everybody may share them. */
enum TablelessDomain implements IommuDomain {
  IDENTITY,
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
