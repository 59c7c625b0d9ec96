package org.bufferyard.device.codec;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.bufferyard.api.contract.DeviceFactsContract;
import org.junit.jupiter.api.Test;

class ScalerKindTest extends DeviceFactsContract {
  ScalerKindTest() {
    super(new ScalerKind(), "/facts/scaler.facts");
  }

  @Test
  void theScalerOfTheThreadTakesLongSegments() {
    assertEquals(0xffff_ffffL, facts().of("samsung,exynos5-gsc").maxSegmentSize().orElseThrow());
  }
}
