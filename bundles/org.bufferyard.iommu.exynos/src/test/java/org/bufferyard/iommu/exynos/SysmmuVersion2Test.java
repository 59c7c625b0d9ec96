package org.bufferyard.iommu.exynos;

import java.util.Map;
import org.bufferyard.api.contract.IommuContract;
import org.bufferyard.api.iommu.IommuKind;
import org.bufferyard.api.iommu.IommuUnit;

/** The contract, version 2. */
class SysmmuVersion2Test extends IommuContract {
  @Override
  protected IommuKind kind() {
    return new SysmmuKind();
  }

  @Override
  protected IommuUnit unit() {
    return new IommuUnit("sysmmu0", "samsung,exynos-sysmmu", Map.of("version", "2"));
  }

  /** WRITE alone becomes READ|WRITE. */
  @Override
  protected boolean expressesWriteOnly() {
    return false;
  }
}
