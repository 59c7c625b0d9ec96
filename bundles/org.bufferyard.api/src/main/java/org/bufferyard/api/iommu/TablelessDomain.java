package org.bufferyard.api.iommu;

import org.bufferyard.api.kernel.Errno;

/**
 * The two domains that need no table, for the kinds whose driver has them: mapping answers -EINVAL,
 * unmapping 0 bytes. They hold no state, so all IOMMUs of all yards share them, any thread may call
 * them, and closing does nothing. What an access does once a stream is attached is the IOMMU's.
 *
 * <p>Source: iommu_map() on a domain that is not a paging one; arm_smmu_identity_domain,
 * arm_smmu_blocked_domain, exynos_identity_domain, rk_identity_domain, VT-d's blocking_domain and
 * pass-through context entries.
 */
public enum TablelessDomain implements IommuDomain {
  /** Everything is itself. */
  IDENTITY,
  /** Nothing passes. */
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
