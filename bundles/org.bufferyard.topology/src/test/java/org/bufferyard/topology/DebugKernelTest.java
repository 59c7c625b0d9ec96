package org.bufferyard.topology;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.bufferyard.platform.spec.MachineSpec;
import org.junit.jupiter.api.Test;

/** What a board says of how its kernel was built. */
class DebugKernelTest {
  private static MachineSpec of(String attributes) {
    return TestBoards.read(
            attributes,
            "<components T:Memory\" id=\"ram\" name=\"ram\" base=\"0x0\" size=\"1G\"/>")
        .orThrow("test")
        .machine();
  }

  @Test
  void aBoardMaySayThatImportersGetNoPages() {
    assertEquals(
        new MachineSpec.Debugging(false, true), of("dmabufDebug=\"true\"").debugging());
    assertEquals(MachineSpec.Debugging.NONE, of("").debugging());
  }

  @Test
  void aBoardMaySayThatDynamicImportersAreTrusted() {
    assertTrue(of("dmabufMoveNotify=\"true\"").moveNotify());
    assertFalse(of("").moveNotify());
  }
}
