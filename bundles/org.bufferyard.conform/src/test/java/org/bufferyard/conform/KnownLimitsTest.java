package org.bufferyard.conform;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.StringReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.bufferyard.conform.answer.Outcome;
import org.bufferyard.platform.conform.ConformReport;
import org.bufferyard.platform.conform.ConformReport.Difference;
import org.bufferyard.platform.conform.ConformReport.Format;
import org.junit.jupiter.api.Test;

class KnownLimitsTest {
  private static final String LIMITS =
      """
      {"differences": [
         {"scenario": "kmalloc_map", "id": "kmalloc_map-1[0-9]", "field": "dma",
          "why": "The slab offset is random."}],
       "notModelled": [{"area": "time", "text": "Timers."}],
       "tableFormats": [{"format": "v7s", "facts": "", "bits": "V7sTableTest"}]}
      """;

  private final KnownLimits limits = KnownLimits.of(new StringReader(LIMITS));

  private static Difference differing(String scenario, String id, String field) {
    return new Difference(scenario, "run", id, "0 map", field, "1", "2", Optional.empty());
  }

  @Test
  void aReasonIsGivenToWhatItNamesAndToNothingElse() {
    assertEquals(
        Optional.of("The slab offset is random."),
        limits.explain(differing("kmalloc_map", "kmalloc_map-17", "dma")).why());
    assertEquals(
        Optional.empty(), limits.explain(differing("kmalloc_map", "kmalloc_map-170", "dma")).why());
    assertEquals(
        Optional.empty(), limits.explain(differing("kmalloc_map", "kmalloc_map-17", "rc")).why());
    assertEquals(
        Optional.empty(), limits.explain(differing("map_page", "kmalloc_map-17", "dma")).why());
  }

  @Test
  void aCaseIsExplainedWhenEachOfItsFieldsIs() {
    Tallies tallies = new Tallies(limits);
    Difference known = differing("kmalloc_map", "kmalloc_map-10", "dma");
    Difference other = differing("kmalloc_map", "kmalloc_map-10", "rc");
    tallies.add("kmalloc_map", "run", new Outcome.Differed(List.of(known, other)));
    Difference alone = differing("kmalloc_map", "kmalloc_map-11", "dma");
    tallies.add("kmalloc_map", "run", new Outcome.Differed(List.of(alone)));
    ConformReport report = tallies.report();
    assertEquals(2, report.total().differ());
    assertEquals(1, report.explained());
  }

  @Test
  void theProductSaysWhatItLeavesOut() {
    assertFalse(KnownLimits.carried().limits().isEmpty());
  }

  @Test
  void aFormatWithoutFactsHasNone() {
    assertEquals(
        List.of(new Format("v7s", Optional.empty(), "V7sTableTest")), limits.formats());
  }

  /** Each format names the test that holds its bits, and there is such a test. */
  @Test
  void theTestsThatFormatsNameExist() throws IOException {
    try (Stream<Path> sources = Files.walk(Path.of(".."))) {
      Set<String> tests =
          sources
              .map(p -> p.getFileName().toString())
              .filter(n -> n.endsWith("Test.java"))
              .map(n -> n.substring(0, n.length() - ".java".length()))
              .collect(Collectors.toSet());
      for (Format format : KnownLimits.carried().formats()) {
        assertTrue(tests.contains(format.bits()), format::toString);
      }
    }
  }
}
