package org.bufferyard.iommu.arm.m4u;

import java.util.List;
import java.util.Map;
import org.bufferyard.api.contract.IommuContract;
import org.bufferyard.api.iommu.IommuKind;
import org.bufferyard.api.iommu.IommuUnit;
import org.bufferyard.api.iommu.StreamId;
import org.junit.jupiter.api.Nested;

/** The contract, for chips that differ in their tables, regions or banks. */
class M4uTest {
  private abstract static class Chip extends IommuContract {
    @Override
    protected IommuKind kind() {
      return new M4uKind();
    }

    abstract String model();

    long port() {
      return 0x21;
    }

    @Override
    protected IommuUnit unit() {
      return new IommuUnit("m4u", model(), Map.of());
    }

    @Override
    protected StreamId stream() {
      return new StreamId("m4u", List.of(port()));
    }

    @Override
    protected boolean expressesReadOnly() {
      return false;
    }

    @Override
    protected boolean expressesWriteOnly() {
      return false;
    }

    @Override
    protected long physicalLimit() {
      return (1L << 35) - 1;
    }
  }

  @Nested
  class Mt8183 extends Chip {
    @Override
    String model() {
      return "mediatek,mt8183-m4u";
    }
  }

  /** 32 bits of output as long as DRAM is small. */
  @Nested
  class Mt8173 extends Chip {
    @Override
    String model() {
      return "mediatek,mt8173-m4u";
    }

    @Override
    protected long physicalLimit() {
      return 0xffff_ffffL;
    }
  }

  /** Input addresses of 34 bits, in the first region. */
  @Nested
  class Mt8192 extends Chip {
    @Override
    String model() {
      return "mediatek,mt8192-m4u";
    }
  }

  /** Larb 4 is in the region above 4 GiB; the table is one for two units. */
  @Nested
  class Mt8188Shared extends Chip {
    @Override
    String model() {
      return "mediatek,mt8188-iommu-vpp";
    }
  }

  @Nested
  class Mt8195Infra extends Chip {
    @Override
    String model() {
      return "mediatek,mt8195-iommu-infra";
    }

    @Override
    long port() {
      return 21;
    }
  }

  @Nested
  class Mt2701 extends IommuContract {
    @Override
    protected IommuKind kind() {
      return new M4uV1Kind();
    }

    @Override
    protected IommuUnit unit() {
      return new IommuUnit("m4u", "mediatek,mt2701-m4u", Map.of());
    }

    @Override
    protected StreamId stream() {
      return new StreamId("m4u", List.of(12L));
    }

    @Override
    protected boolean expressesReadOnly() {
      return false;
    }

    @Override
    protected boolean expressesWriteOnly() {
      return false;
    }
  }
}
