package org.bufferyard.api.contract;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectClass;

import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.bufferyard.api.contract.PlainIommuKind.Defect;
import org.bufferyard.api.iommu.IommuKind;
import org.bufferyard.api.iommu.IommuUnit;
import org.junit.jupiter.api.Test;
import org.junit.platform.testkit.engine.EngineTestKit;

/** The suite passes a plain IOMMU, and fails a broken one with the name of the rule it breaks. */
class IommuContractTest {
  private static final String RANDOM_WALK = "randomMapsAndUnmapsAgreeWithAPlainMap";

  private static Set<String> rulesThatFail(Class<? extends IommuContract> suite) {
    return EngineTestKit.engine("junit-jupiter")
        .selectors(selectClass(suite))
        .execute()
        .testEvents()
        .failed()
        .stream()
        .map(event -> event.getTestDescriptor().getDisplayName().replace("()", ""))
        .collect(Collectors.toCollection(TreeSet::new));
  }

  @Test
  void aPlainIommuKeepsEveryRule() {
    assertEquals(Set.of(), rulesThatFail(Plain.class));
  }

  @Test
  void aBrokenIommuFailsWithTheNameOfTheRule() {
    Map<Class<? extends IommuContract>, String> broken =
        Map.of(
            Leaking.class, "aClosedDomainLeavesNoTable",
            Writing.class, "aWriteToAReadOnlyPageFaults",
            Cutting.class, "anAddressBeyondTheApertureNeverMapsAndFaults",
            Replacing.class, "mapOverAMappingIsRefusedAndChangesNothing",
            Misreporting.class, "aFaultCarriesTheAddressAndDirection",
            Throwing.class, "faultsAreReturnedNeverThrown");
    broken.forEach(
        (suite, rule) -> {
          Set<String> rules = rulesThatFail(suite);
          // The random walk may run into the same defect; it is no rule of its own.
          rules.remove(RANDOM_WALK);
          assertEquals(Set.of(rule), rules, suite::getSimpleName);
        });
  }

  @Test
  void aForgottenFlushFailsAllRulesAboutItAndTheRandomWalk() {
    assertEquals(
        Set.of(
            "unmapLeavesNoStaleTranslationAfterSync",
            "flushAllLeavesNoStaleTranslation",
            "aRemappedAddressReachesTheNewPageAfterSync",
            RANDOM_WALK),
        rulesThatFail(Stale.class));
  }

  // Not nested tests: the engine runs them only when a test above selects them.

  static class Plain extends IommuContract {
    @Override
    protected IommuKind kind() {
      return new PlainIommuKind();
    }

    @Override
    protected final IommuUnit unit() {
      return new IommuUnit("iommu0", "plain", Map.of());
    }
  }

  static final class Leaking extends Plain {
    @Override
    protected IommuKind kind() {
      return new PlainIommuKind(Defect.CLOSED_DOMAIN_KEEPS_ITS_TABLE);
    }
  }

  static final class Writing extends Plain {
    @Override
    protected IommuKind kind() {
      return new PlainIommuKind(Defect.WRITES_PASS_READ_ONLY_PAGES);
    }
  }

  static final class Cutting extends Plain {
    @Override
    protected IommuKind kind() {
      return new PlainIommuKind(Defect.IOVA_IS_CUT_TO_THE_APERTURE);
    }
  }

  static final class Replacing extends Plain {
    @Override
    protected IommuKind kind() {
      return new PlainIommuKind(Defect.REMAP_REPLACES);
    }
  }

  static final class Misreporting extends Plain {
    @Override
    protected IommuKind kind() {
      return new PlainIommuKind(Defect.FAULT_SAYS_READ);
    }
  }

  static final class Throwing extends Plain {
    @Override
    protected IommuKind kind() {
      return new PlainIommuKind(Defect.THROWS_ON_FAULT);
    }
  }

  static final class Stale extends Plain {
    @Override
    protected IommuKind kind() {
      return new PlainIommuKind(Defect.SYNC_FLUSHES_NOTHING);
    }
  }
}
