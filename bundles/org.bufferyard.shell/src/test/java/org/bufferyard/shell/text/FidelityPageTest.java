package org.bufferyard.shell.text;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.bufferyard.platform.conform.ConformReport;
import org.bufferyard.platform.conform.ConformReport.Difference;
import org.bufferyard.platform.conform.ConformReport.Format;
import org.bufferyard.platform.conform.ConformReport.Limit;
import org.bufferyard.platform.conform.ConformReport.ScenarioTally;
import org.bufferyard.platform.conform.ConformReport.Tally;
import org.junit.jupiter.api.Test;

class FidelityPageTest {
  private static Difference differing(String id, String field, Optional<String> why) {
    return new Difference("map_sg", "x86-6.1", id, "0 mapsg", field, "a", "b", why);
  }

  private static String page() {
    return new FidelityPage(
            new ConformReport(
                new Tally(200, 197, 2, 1, 0),
                List.of(
                    new ScenarioTally("map_sg", "x86-6.1", new Tally(100, 97, 2, 1, 0)),
                    new ScenarioTally("map_sg", "x86-7.3", new Tally(100, 100, 0, 0, 0))),
                List.of(
                    differing("one", "rc", Optional.of("A pointer is hashed.")),
                    differing("one", "dma", Optional.of("A pointer is hashed.")),
                    differing("two", "rc", Optional.empty())),
                Map.of("no such device", 1L),
                List.of(new Limit("time", "Timers.")),
                List.of(
                    new Format("v7s", Optional.of("golden-pgtable"), "V7sTableTest"),
                    new Format("Rockchip", Optional.empty(), "TableEntryTest"))))
        .markdown();
  }

  private static void assertSays(String text) {
    assertTrue(page().contains(text), FidelityPageTest::page);
  }

  @Test
  void sumsAreTheReports() {
    assertSays("| agree | 197 |");
    assertSays("| of these in a way that no model can know | 1 |");
    assertSays("Of 199 cases that were judged, 1.01 % differ.");
    assertSays("| map_sg | 200 | 197 | 2 | 1 | 0 |");
    assertSays("| x86-7.3 | 100 | 100 | 0 | 0 | 0 |");
  }

  @Test
  void aCaseIsNamedOnceUnderItsReason() {
    assertSays("A pointer is hashed.\n\n- map_sg, x86-6.1: one\n");
    assertSays("The model is at fault.\n\n- map_sg, x86-6.1: two\n");
  }

  @Test
  void whatIsSkippedOrLeftOutIsSaid() {
    assertSays("| 1 | no such device |");
    assertSays("| time | Timers. |");
  }

  @Test
  void formatsWithoutRecordedFactsSayNone() {
    assertSays("| v7s | golden-pgtable | `V7sTableTest` |");
    assertSays("| Rockchip | none | `TableEntryTest` |");
  }
}
