package org.bufferyard.device.display;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.bufferyard.api.contract.DeviceFactsContract;
import org.junit.jupiter.api.Test;

class DisplayKindTest extends DeviceFactsContract {
  DisplayKindTest() {
    super(new DisplayKind(), "/facts/display.facts");
  }

  @Test
  void displaysImportThroughDrmAndNeedContiguousAddresses() {
    facts().drivers().forEach(d -> assertEquals("gem-dma", d.importPath().word(), d.driver()));
  }
}
