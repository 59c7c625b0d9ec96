package org.bufferyard.api.contract;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A page of figures says how old they are. */
final class LongReportTest {
  private static final String FOLDER = "bufferyard.report";

  @TempDir Path folder;

  @Test
  void aPageSaysWhenOfWhatAndWhereItWasMeasured() throws IOException {
    String before = System.getProperty(FOLDER, "");
    System.setProperty(FOLDER, folder.toString());
    try {
      LongReport.write("made-up", "Nothing measured", "Not a figure.");
    } finally {
      System.setProperty(FOLDER, before);
    }
    String page = Files.readString(folder.resolve("made-up.md"));
    assertEquals(List.of(), LongReport.unsaid(page), page);
    assertTrue(page.startsWith("# Nothing measured\n\n"), page);
    assertTrue(page.endsWith(".\n\nNot a figure.\n"), page);
  }

  @Test
  void aPageThatDoesNotIsFoundOut() {
    assertEquals(
        List.of("commit", "load", "version"),
        LongReport.unsaid("# Old\n\n2026-11-25, 2 cores (AMD EPYC), 24 GiB, JDK 25.0.3.\n\nFigures."));
    assertEquals(
        List.of("commit", "cores", "date", "load", "version"), LongReport.unsaid("# Nothing\n"));
  }
}
