package org.bufferyard.topology.model;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class NotationTest {
  @ParameterizedTest
  @CsvSource({
    "4096,4K",
    "16M,16M",
    "0x1000000,16M",
    "2G,2G",
    "1T,1T",
    "1536,1536",
    "1024K,1M",
    "0,0",
    "3k,3K",
    "0xffffffff,0xffffffff",
    "0xffffffffffffffff,0xffffffffffffffff"
  })
  void sizesComeBackWithTheBiggestUnit(String text, String printed) {
    assertEquals(printed, Notation.printSize(Notation.parseSize(text)));
    assertEquals(Notation.parseSize(text), Notation.parseSize(printed));
  }

  @Test
  void addressesAreUnsigned() {
    assertEquals(-1L, Notation.parseAddress("0xffffffffffffffff"));
    assertEquals("0xffffffffffffffff", Notation.printAddress(-1L));
    assertEquals(0x40000000L, Notation.parseAddress("0x40000000"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"0x", "16X", "-1", "+1", "0x-1", "1 M", "", "0x1ffffffffffffffff", "M"})
  void whatIsNoSizeIsNamed(String text) {
    String message =
        assertThrows(IllegalArgumentException.class, () -> Notation.parseSize(text)).getMessage();
    assertTrue(message.contains(text), message);
    assertTrue(text.isEmpty() || message.contains("write bytes"), message);
  }

  @Test
  void sizesBeyond64BitsAreRefused() {
    assertThrows(IllegalArgumentException.class, () -> Notation.parseSize("16777216T"));
    assertThrows(IllegalArgumentException.class, () -> Notation.parseAddress("0xg"));
  }

  @Test
  void cellsAreUnsigned32Bit() {
    assertEquals(List.of(0x420, -1), Notation.parseCells(" 0x420  4294967295 "));
    assertEquals("0x420 0xffffffff", Notation.printCells(List.of(0x420, -1)));
    assertEquals(List.of(), Notation.parseCells(""));
    assertThrows(IllegalArgumentException.class, () -> Notation.parseCells("0x100000000"));
  }
}
