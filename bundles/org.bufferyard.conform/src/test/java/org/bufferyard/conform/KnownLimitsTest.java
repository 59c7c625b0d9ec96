package org.bufferyard.conform;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.io.StringReader;
import java.util.List;
import java.util.Optional;
import org.bufferyard.platform.conform.ConformReport;
import org.bufferyard.platform.conform.ConformReport.Difference;
import org.junit.jupiter.api.Test;

class KnownLimitsTest {
  private static final String LIMITS =
      """
      {"differences": [
         {"scenario": "kmalloc_map", "id": "kmalloc_map-1[0-9]", "field": "dma",
          "why": "The slab offset is random."}],
       "notModelled": [{"area": "time", "text": "Timers."}]}
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
}
