package org.bufferyard.iommu.arm.unit;

import org.bufferyard.api.iommu.Geometry;
import org.bufferyard.api.iommu.IommuDomain;
import org.bufferyard.api.kernel.Errno;

/** arm_smmu_identity_domain, arm_smmu_blocked_domain. Without state, so there is one of each. */
public enum TablelessDomain implements IommuDomain {
  IDENTITY,
  BLOCKED;

  @Override
  public Geometry geometry() {
    return Geometry.IDENTITY;
  }

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
