package org.bufferyard.iommu.exynos.rockchip;

import java.util.Map;
import org.bufferyard.api.contract.IommuContract;
import org.bufferyard.api.iommu.IommuKind;
import org.bufferyard.api.iommu.IommuUnit;

/** The contract, version 2. */
class RockchipVersion2Test extends IommuContract {
  @Override
  protected IommuKind kind() {
    return new RockchipIommuKind();
  }

  @Override
  protected IommuUnit unit() {
    return new IommuUnit("mmu0", RockchipIommuKind.VERSION_2, Map.of());
  }

  @Override
  protected boolean largePagesAreRuns() {
    return true;
  }

  /** 40 bits. */
  @Override
  protected long physicalLimit() {
    return 0xff_ffff_ffffL;
  }
}
