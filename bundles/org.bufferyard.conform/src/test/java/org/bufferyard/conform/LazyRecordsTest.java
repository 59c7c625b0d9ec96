package org.bufferyard.conform;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.bufferyard.conform.record.RecordFile;
import org.bufferyard.platform.conform.ConformReport;
import org.bufferyard.platform.conform.ConformRequest;
import org.bufferyard.platform.conform.Conformance;
import org.bufferyard.platform.wiring.PlainWiring;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The lazy runs are advisory because a timer of 10 ms that nobody recorded decides in them. Most of
 * their lists took less time than that, or slept: held to the same standard as strict ones, nearly
 * all agree with a flush queue in virtual time.
 */
class LazyRecordsTest {
  @TempDir Path folder;

  @Test
  void theFlushQueueExplainsTheLazyRuns() throws IOException {
    List<Path> files = new ArrayList<>();
    for (String scenario : List.of("iova_order", "map_page", "iova_exhaust", "coherent_alloc")) {
      files.add(asStrict(scenario));
    }
    try (PlainWiring wiring = PlainWiring.wire()) {
      ConformReport report =
          wiring
              .get(Conformance.class)
              .run(
                  new ConformRequest(
                      files, List.of(), Optional.empty(), Optional.empty(), 2, l -> {}));
      System.out.println("lazy runs, taken at their word: " + report.total());
      assertEquals(0, report.total().skipped(), () -> report.skipReasons().toString());
      assertTrue(report.total().cases() > 250, () -> report.total().toString());
      assertTrue(
          report.total().differ() * 15 < report.total().cases(), () -> report.total().toString());
    }
  }

  /** The lazy cases of a scenario under a configuration that is not advisory. */
  private Path asStrict(String scenario) throws IOException {
    try (BufferedReader lines = RecordFile.carried(scenario + ".jsonl.gz").open()) {
      return Files.write(
          folder.resolve(scenario + ".jsonl"),
          lines
              .lines()
              .filter(l -> l.matches(".*\"config\": ?\"[a-z]+-lazy\".*"))
              .map(l -> l.replaceFirst("(\"config\": ?\"[a-z]+)-lazy\"", "$1-fq\""))
              .toList());
    }
  }
}
