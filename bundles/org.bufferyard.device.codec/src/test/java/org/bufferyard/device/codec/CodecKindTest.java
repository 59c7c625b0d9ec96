package org.bufferyard.device.codec;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.bufferyard.api.contract.DeviceFactsContract;
import org.bufferyard.api.device.PoolUse;
import org.junit.jupiter.api.Test;

class CodecKindTest extends DeviceFactsContract {
  CodecKindTest() {
    super(new CodecKind(), "/facts/codec.facts");
  }

  @Test
  void theCodecTakesItsRegionsOnlyWithoutAnIommu() {
    assertEquals(PoolUse.WITHOUT_IOMMU, facts().of("samsung,mfc-v5").pools());
  }

  @Test
  void theCodecOfTheThreadTakesLongSegments() {
    assertEquals(0xffff_ffffL, facts().of("samsung,mfc-v5").maxSegmentSize().orElseThrow());
  }
}
