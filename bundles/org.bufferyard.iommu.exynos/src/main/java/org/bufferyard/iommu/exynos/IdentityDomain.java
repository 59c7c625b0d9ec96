package org.bufferyard.iommu.exynos;

import org.bufferyard.api.iommu.Geometry;
import org.bufferyard.api.iommu.IommuDomain;
import org.bufferyard.api.kernel.Errno;

/**
 * exynos_identity_domain, rk_identity_domain: the IOMMU is switched off. Without state, so there is
 * one for all.
 */
public enum IdentityDomain implements IommuDomain {
  INSTANCE;

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
    return iova;
  }

  @Override
  public void sync() {}

  @Override
  public void close() {}
}
