package org.bufferyard.iommu.arm.smmu;

import java.util.List;
import java.util.Map;
import org.bufferyard.api.contract.IommuContract;
import org.bufferyard.api.iommu.IommuKind;
import org.bufferyard.api.iommu.IommuUnit;
import org.bufferyard.api.iommu.StreamId;

class SmmuV3Test extends IommuContract {
  @Override
  protected IommuKind kind() {
    return new SmmuV3Kind();
  }

  @Override
  protected IommuUnit unit() {
    return new IommuUnit("smmu", "arm,smmu-v3", Map.of("oas", "44"));
  }

  @Override
  protected StreamId stream() {
    return new StreamId("smmu", List.of(0x80L));
  }

  /** AP[2:1] has no write-only page. */
  @Override
  protected boolean expressesWriteOnly() {
    return false;
  }

  @Override
  protected long physicalLimit() {
    return (1L << 44) - 1;
  }
}
