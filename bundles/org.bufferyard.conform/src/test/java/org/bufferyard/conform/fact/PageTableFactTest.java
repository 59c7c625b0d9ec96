package org.bufferyard.conform.fact;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import com.google.gson.JsonParser;
import org.junit.jupiter.api.Test;

/** The parts of a table fact that do not need a provider. */
class PageTableFactTest {
  @Test
  void aSelfTestNamesItsFormats() {
    assertEquals(
        java.util.List.of("ARM_64_LPAE_S1", "ARM_64_LPAE_S2"),
        PageTableFact.formats("lpae_sequence(ARM_64_LPAE_S1) and lpae_sequence(ARM_64_LPAE_S2)"));
  }

  @Test
  void aTableOfTheMachineIsAlignedZeroedAndCounted() {
    FactMachine machine = new FactMachine();
    long first = machine.allocTable(32);
    long second = machine.allocTable(1 << 15);
    assertNotEquals(first, second);
    assertEquals(0, second & ((1 << 15) - 1));
    assertEquals(2, machine.tables());
    byte[] bytes = {1, 2, 3, 4};
    machine.write(4094, bytes, 0, 4);
    byte[] back = new byte[5];
    machine.read(4094, back, 0, 5);
    assertEquals("[1,2,3,4,0]", JsonParser.parseString(java.util.Arrays.toString(back)).toString());
  }
}
