package org.bufferyard.iommu.intel;

import java.util.Map;
import org.bufferyard.api.iommu.IommuUnit;

/** The contract in scalable mode with second-level tables of five levels. */
class ScalableSecondLevelContractTest extends VtdContractTest {
  @Override
  protected IommuUnit unit() {
    return new IommuUnit(
        "dmar0",
        "intel,vt-d",
        Map.of("scalable-mode", "on", "stages", "second", "address-bits", "57"));
  }
}
