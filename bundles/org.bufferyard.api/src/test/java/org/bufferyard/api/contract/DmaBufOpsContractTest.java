package org.bufferyard.api.contract;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectClass;

import java.util.List;
import org.bufferyard.api.dmabuf.DmaBufOpsKind;
import org.junit.jupiter.api.Test;
import org.junit.platform.testkit.engine.EngineTestKit;

/** The suite passes plain ops, and fails broken ones with the name of the rule they break. */
class DmaBufOpsContractTest {

  private static List<String> rulesThatFail(Class<? extends DmaBufOpsContract> suite) {
    return EngineTestKit.engine("junit-jupiter")
        .selectors(selectClass(suite))
        .execute()
        .testEvents()
        .failed()
        .stream()
        .map(event -> event.getTestDescriptor().getDisplayName().replace("()", ""))
        .toList();
  }

  @Test
  void plainOpsKeepEveryRule() {
    assertEquals(List.of(), rulesThatFail(Plain.class));
  }

  @Test
  void aForgottenMappingFailsItsRule() {
    assertEquals(List.of("detachLeavesNothingMapped"), rulesThatFail(Forgetful.class));
  }

  @Test
  void anotherDirectionAtUnmapFailsItsRule() {
    assertEquals(List.of("whatIsUnmappedIsWhatWasMapped"), rulesThatFail(Turning.class));
  }

  @Test
  void aSilentFailureFailsItsRule() {
    assertEquals(List.of("aMapThatFailsIsAnErrnoAndMapsNothing"), rulesThatFail(Silent.class));
  }

  @Test
  void aFreeAtReleaseFailsItsRule() {
    assertEquals(List.of("theAllocationIsTheDriversToFree"), rulesThatFail(Freeing.class));
  }

  // Not nested tests: the engine runs them only when a test above selects them.

  static class Plain extends DmaBufOpsContract {
    @Override
    protected DmaBufOpsKind kind() {
      return new PlainOpsKind(PlainOpsKind.Defect.NONE);
    }
  }

  static final class Forgetful extends DmaBufOpsContract {
    @Override
    protected DmaBufOpsKind kind() {
      return new PlainOpsKind(PlainOpsKind.Defect.DETACH_FORGETS_THE_MAPPING);
    }
  }

  static final class Turning extends DmaBufOpsContract {
    @Override
    protected DmaBufOpsKind kind() {
      return new PlainOpsKind(PlainOpsKind.Defect.UNMAPS_IN_ANOTHER_DIRECTION);
    }
  }

  static final class Silent extends DmaBufOpsContract {
    @Override
    protected DmaBufOpsKind kind() {
      return new PlainOpsKind(PlainOpsKind.Defect.MAP_FAILURE_IS_SILENT);
    }
  }

  static final class Freeing extends DmaBufOpsContract {
    @Override
    protected DmaBufOpsKind kind() {
      return new PlainOpsKind(PlainOpsKind.Defect.RELEASE_FREES);
    }
  }
}
