package org.bufferyard.iommu.intel;

import java.util.Map;
import org.bufferyard.api.iommu.IommuUnit;

/** The contract where a guest's first-level tables are nested in the host's second level. */
class NestedContractTest extends FirstLevelContractTest {
  @Override
  protected IommuUnit unit() {
    return new IommuUnit(
        "dmar0", "intel,vt-d", Map.of("scalable-mode", "on", "stages", "nested"));
  }

  /** The guest's memory ends there. */
  @Override
  protected long physicalLimit() {
    return (512L << 30) - 1;
  }
}
