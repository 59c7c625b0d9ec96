package org.bufferyard.iommu.arm.smmu;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Map;
import org.bufferyard.api.contract.IommuBench;
import org.bufferyard.api.contract.IommuContract;
import org.bufferyard.api.iommu.IommuKind;
import org.bufferyard.api.iommu.IommuUnit;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/** Each format by itself keeps the contract of an IOMMU. */
class BareTableTest {
  private abstract static class Format extends IommuContract {
    @Override
    protected IommuKind kind() {
      return new BareTableKind();
    }

    abstract String model();

    Map<String, String> parameters() {
      return Map.of();
    }

    @Override
    protected final IommuUnit unit() {
      return new IommuUnit("tables", model(), parameters());
    }
  }

  @Nested
  class Stage1 extends Format {
    @Override
    String model() {
      return "arm,64-lpae-s1";
    }

    @Override
    protected boolean expressesWriteOnly() {
      return false;
    }
  }

  @Nested
  class Stage2Concatenated extends Format {
    @Override
    String model() {
      return "arm,64-lpae-s2";
    }

    @Override
    Map<String, String> parameters() {
      return Map.of("ias", "42", "oas", "42");
    }
  }

  @Nested
  class Stage1Of32Bits extends Format {
    @Override
    String model() {
      return "arm,32-lpae-s1";
    }

    @Override
    Map<String, String> parameters() {
      return Map.of("oas", "40");
    }

    @Override
    protected boolean expressesWriteOnly() {
      return false;
    }
  }

  @Nested
  class Stage2Of32Bits extends Format {
    @Override
    String model() {
      return "arm,32-lpae-s2";
    }

    @Override
    Map<String, String> parameters() {
      return Map.of("oas", "40");
    }
  }

  @Nested
  class Mali extends Format {
    @Override
    String model() {
      return "arm,mali-lpae";
    }

    @Override
    Map<String, String> parameters() {
      return Map.of("ias", "33");
    }
  }

  @Nested
  class ShortDescriptors extends Format {
    @Override
    String model() {
      return "arm,v7s";
    }

    @Override
    protected boolean expressesWriteOnly() {
      return false;
    }
  }

  @Test
  void whatTheKernelAnswersWithNullIsRefused() {
    assertTrue(refusal("arm,64-lpae-s1", Map.of("oas", "41")).contains("no table"));
    assertTrue(refusal("arm,v7s", Map.of("ias", "33")).contains("no table"));
    assertTrue(refusal("arm,mali-lpae", Map.of("oas", "42")).contains("no table"));
    assertTrue(refusal("arm,64-lpae-s2", Map.of("quirks", "ARM_NS")).contains("no table"));
    assertTrue(refusal("arm,v7s", Map.of("quirks", "ARM_MTK_EXT")).contains("no table"));
    assertTrue(refusal("arm,32-lpae-s1", Map.of("ias", "33")).contains("no table"));
    assertTrue(refusal("arm,64-lpae-s1", Map.of("page-sizes", "0x200000")).contains("no table"));
  }

  @Test
  void aParameterThatIsNoNumberIsNamed() {
    assertEquals(
        "IOMMU tables: parameter ias cannot be 'wide'",
        refusal("arm,64-lpae-s1", Map.of("ias", "wide")));
  }

  private static String refusal(String model, Map<String, String> parameters) {
    IommuUnit unit = new IommuUnit("tables", model, parameters);
    return assertThrows(
            IllegalArgumentException.class, () -> new BareTableKind().open(unit, new IommuBench()))
        .getMessage();
  }
}
