package org.bufferyard.iommu.exynos.rockchip;

import java.util.Map;
import org.bufferyard.api.contract.IommuContract;
import org.bufferyard.api.iommu.IommuKind;
import org.bufferyard.api.iommu.IommuUnit;

/** The contract, version 1. */
class RockchipVersion1Test extends IommuContract {
  @Override
  protected IommuKind kind() {
    return new RockchipIommuKind();
  }

  @Override
  protected IommuUnit unit() {
    return new IommuUnit("mmu0", RockchipIommuKind.VERSION_1, Map.of());
  }

  @Override
  protected boolean largePagesAreRuns() {
    return true;
  }
}
