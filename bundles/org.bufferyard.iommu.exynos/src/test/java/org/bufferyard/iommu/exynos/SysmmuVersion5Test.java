package org.bufferyard.iommu.exynos;

import java.util.Map;
import org.bufferyard.api.contract.IommuContract;
import org.bufferyard.api.iommu.IommuKind;
import org.bufferyard.api.iommu.IommuUnit;

/** The contract, version 5. */
class SysmmuVersion5Test extends IommuContract {
  @Override
  protected IommuKind kind() {
    return new SysmmuKind();
  }

  @Override
  protected IommuUnit unit() {
    return new IommuUnit("sysmmu0", "samsung,exynos-sysmmu", Map.of("version", "5"));
  }

  /** 36 bits (PG_ENT_SHIFT 4). */
  @Override
  protected long physicalLimit() {
    return 0xf_ffff_ffffL;
  }
}
