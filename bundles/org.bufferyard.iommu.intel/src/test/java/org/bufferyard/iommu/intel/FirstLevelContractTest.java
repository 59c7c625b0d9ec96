package org.bufferyard.iommu.intel;

import java.util.Map;
import org.bufferyard.api.iommu.IommuUnit;

/** The contract in scalable mode, where 7.3 takes first-level tables. */
class FirstLevelContractTest extends VtdContractTest {
  @Override
  protected IommuUnit unit() {
    return new IommuUnit("dmar0", "intel,vt-d", Map.of("scalable-mode", "on"));
  }

  /** A present page can be read. */
  @Override
  protected boolean expressesWriteOnly() {
    return false;
  }
}
