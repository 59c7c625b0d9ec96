package org.bufferyard.shell.command;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine.TypeConversionException;

class SizeConverterTest {
  @ParameterizedTest
  @CsvSource({
    "4096, 4096", "64K, 65536", "16m, 16777216", "2G, 2147483648", "0x10_0000, 1048576",
    "0x8000_0000, 2147483648", "1_000, 1000", "0xffffffffffffffff, -1"
  })
  void readsWhatPeopleWrite(String text, long bytes) {
    assertEquals(bytes, SizeConverter.parse(text));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"", "x", "-1", "1T", "0x", "1.5M", "99999999999999999999", "0x1ffffffffffffffff",
          "17179869184G"})
  void refusesTheRestInOneLine(String text) {
    TypeConversionException e =
        assertThrows(TypeConversionException.class, () -> SizeConverter.parse(text));
    assertTrue(e.getMessage().contains("'" + text + "'"), e.getMessage());
    assertEquals(1, e.getMessage().lines().count());
  }

  @Test
  void readsRam() {
    assertEquals(0xefe0_0000L, new RamConverter().convert("0x200000:0xefe00000").size());
    assertThrows(TypeConversionException.class, () -> new RamConverter().convert("0x200000"));
    assertThrows(TypeConversionException.class, () -> new RamConverter().convert("0:0"));
  }
}
