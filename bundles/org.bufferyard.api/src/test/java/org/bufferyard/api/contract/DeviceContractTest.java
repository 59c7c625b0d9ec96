package org.bufferyard.api.contract;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectClass;

import java.util.List;
import org.bufferyard.api.device.DeviceKind;
import org.junit.jupiter.api.Test;
import org.junit.platform.testkit.engine.EngineTestKit;

/** The suite passes a plain device, and fails a broken one with the name of the rule it breaks. */
class DeviceContractTest {

  private static List<String> rulesThatFail(Class<? extends DeviceContract> suite) {
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
  void aPlainDeviceKeepsEveryRule() {
    assertEquals(List.of(), rulesThatFail(Plain.class));
  }

  @Test
  void aSwallowedFaultFailsItsRule() {
    assertEquals(List.of("aFaultStopsTheFrameAndIsReported"), rulesThatFail(Swallowing.class));
  }

  @Test
  void aFrozenPictureFailsItsRule() {
    assertEquals(List.of("aSequenceNumberStandsForItsBytes"), rulesThatFail(Frozen.class));
  }

  @Test
  void aWriteWhileReadingFailsItsRule() {
    assertEquals(List.of("consumeWritesNothing"), rulesThatFail(WritingBack.class));
  }

  // Not nested tests: the engine runs them only when a test above selects them.

  static class Plain extends DeviceContract {
    @Override
    protected DeviceKind kind() {
      return new PlainDeviceKind(PlainDeviceKind.Defect.NONE);
    }

    @Override
    protected final List<String> models() {
      return List.of("plain");
    }
  }

  static final class Swallowing extends Plain {
    @Override
    protected DeviceKind kind() {
      return new PlainDeviceKind(PlainDeviceKind.Defect.FAULT_IS_SWALLOWED);
    }
  }

  static final class Frozen extends Plain {
    @Override
    protected DeviceKind kind() {
      return new PlainDeviceKind(PlainDeviceKind.Defect.FROZEN_PICTURE);
    }
  }

  static final class WritingBack extends Plain {
    @Override
    protected DeviceKind kind() {
      return new PlainDeviceKind(PlainDeviceKind.Defect.CONSUME_WRITES_BACK);
    }
  }
}
