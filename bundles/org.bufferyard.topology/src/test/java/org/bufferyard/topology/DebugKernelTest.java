package org.bufferyard.topology;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.bufferyard.platform.spec.MachineSpec;
import org.junit.jupiter.api.Test;

/** Checkers that a board's kernel was built with. */
class DebugKernelTest {
  private static MachineSpec.Debugging of(String attributes) {
    return TestBoards.read(
            attributes,
            "<components T:Memory\" id=\"ram\" name=\"ram\" base=\"0x0\" size=\"1G\"/>")
        .orThrow("test")
        .machine()
        .debugging();
  }

  @Test
  void aBoardMaySayThatImportersGetNoPages() {
    assertEquals(new MachineSpec.Debugging(false, true), of("dmabufDebug=\"true\""));
    assertEquals(MachineSpec.Debugging.NONE, of(""));
  }
}
