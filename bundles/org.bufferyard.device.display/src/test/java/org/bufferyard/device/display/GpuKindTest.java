package org.bufferyard.device.display;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.bufferyard.api.contract.DeviceFactsContract;
import org.bufferyard.api.device.DriverFacts;
import org.junit.jupiter.api.Test;

class GpuKindTest extends DeviceFactsContract {
  GpuKindTest() {
    super(new GpuKind(), "/facts/gpu.facts");
  }

  @Test
  void graphicsProcessorsTakeAnyList() {
    facts().drivers().forEach(d -> assertEquals("gem-sg", d.importPath().word(), d.driver()));
  }

  @Test
  void allButTheOldMaliReachBeyond4GiB() {
    for (DriverFacts driver : facts().drivers()) {
      boolean wide = driver.dmaMask().orElse(0xffff_ffffL) > 0xffff_ffffL;
      assertEquals(!driver.driver().equals("lima"), wide, driver.driver());
    }
  }
}
