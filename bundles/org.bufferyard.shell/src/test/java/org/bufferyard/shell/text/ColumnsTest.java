package org.bufferyard.shell.text;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class ColumnsTest {
  @Test
  void wordsGoLeftAndNumbersRight() {
    String text = new Columns(" ").row("name", "frames").row("a", 7).row("longer", 1000).text();
    assertEquals(" name    frames\n a            7\n longer    1000\n", text);
  }

  @Test
  void foldedTextKeepsItsIndentAndWidth() {
    String text = Paragraph.fold("    ", "word ".repeat(60).strip());
    assertTrue(text.lines().count() > 1);
    text.lines()
        .forEach(
            line -> {
              assertTrue(line.startsWith("    word"), line);
              assertTrue(line.length() <= 98, line);
            });
  }

  @Test
  void sizesAreExact() {
    assertEquals("1 MiB", Sizes.text(1 << 20));
    assertEquals("4097 bytes", Sizes.text(4097));
    assertEquals("0 bytes", Sizes.text(0));
    assertEquals("1 byte", Sizes.text(1));
  }
}
