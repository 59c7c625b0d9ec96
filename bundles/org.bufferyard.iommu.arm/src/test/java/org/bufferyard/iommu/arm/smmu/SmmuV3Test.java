package org.bufferyard.iommu.arm.smmu;

import java.util.List;
import java.util.Map;
import org.bufferyard.api.contract.IommuContract;
import org.bufferyard.api.iommu.IommuKind;
import org.bufferyard.api.iommu.IommuUnit;
import org.bufferyard.api.iommu.StreamId;
import org.junit.jupiter.api.Nested;

/** The contract, for hardware of several makes. */
class SmmuV3Test {
  private abstract static class Make extends IommuContract {
    @Override
    protected IommuKind kind() {
      return new SmmuV3Kind();
    }

    abstract Map<String, String> parameters();

    @Override
    protected IommuUnit unit() {
      return new IommuUnit("smmu", "arm,smmu-v3", parameters());
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

  @Nested
  class Stage1 extends Make {
    @Override
    Map<String, String> parameters() {
      return Map.of("oas", "44");
    }
  }

  @Nested
  class Stage2 extends Make {
    @Override
    Map<String, String> parameters() {
      return Map.of("oas", "44", "stage", "2");
    }

    @Override
    protected boolean expressesWriteOnly() {
      return true;
    }
  }

  @Nested
  class Stage2Concatenated extends Make {
    @Override
    Map<String, String> parameters() {
      return Map.of("oas", "40", "stage", "2");
    }

    @Override
    protected boolean expressesWriteOnly() {
      return true;
    }

    @Override
    protected long physicalLimit() {
      return (1L << 40) - 1;
    }
  }

  /** A guest's stage 1, all of whose addresses go through a stage 2. */
  @Nested
  class GuestOfStage2 extends Make {
    @Override
    Map<String, String> parameters() {
      return Map.of("stage", "nested");
    }

    @Override
    protected long physicalLimit() {
      return (1L << 40) - 1;
    }
  }

  /** The stream's device has a translation cache. */
  @Nested
  class Ats extends Make {
    @Override
    Map<String, String> parameters() {
      return Map.of("oas", "44", "ats", "0x80", "pri", "true");
    }
  }

  /** A stream whose faults stall, with nobody to bring a page. */
  @Nested
  class Stalling extends Make {
    @Override
    Map<String, String> parameters() {
      return Map.of("oas", "44", "stall-model", "force");
    }
  }

  @Nested
  class OldHardware extends Make {
    @Override
    Map<String, String> parameters() {
      return Map.of(
          "oas", "44", "two-level", "false", "sid-bits", "8", "range-invalidation", "false");
    }
  }
}
