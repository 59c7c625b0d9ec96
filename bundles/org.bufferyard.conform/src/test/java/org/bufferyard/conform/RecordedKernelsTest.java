package org.bufferyard.conform;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.bufferyard.platform.conform.ConformReport;
import org.bufferyard.platform.conform.ConformReport.Difference;
import org.bufferyard.platform.conform.ConformReport.ScenarioTally;
import org.bufferyard.platform.conform.ConformRequest;
import org.bufferyard.platform.conform.Conformance;
import org.bufferyard.platform.wiring.PlainWiring;
import org.junit.jupiter.api.Test;

/**
 * Some of what the product carries, replayed on the bundles that it ships. All of it takes long, and
 * is replayed once a build: by the test that holds docs/fidelity.md to it.
 */
class RecordedKernelsTest {
  private static ConformReport replay(List<String> scenarios, String runs, int jobs) {
    try (PlainWiring wiring = PlainWiring.wire()) {
      return wiring
          .get(Conformance.class)
          .run(
              new ConformRequest(
                  List.of(),
                  scenarios,
                  Optional.ofNullable(runs),
                  Optional.empty(),
                  jobs,
                  line -> {}));
    }
  }

  private static String first(List<Difference> differences) {
    return differences.stream().limit(20).map(Difference::toString).collect(Collectors.joining("\n"));
  }

  @Test
  void everyCaseOfTheFirstReachAgreesOnThreeKernels() {
    ConformReport report =
        replay(
            List.of("pool_alloc", "pool_share", "coherent_alloc", "map_resource"),
            "^arm64-(6\\.1|6\\.12|7\\.3)-direct$",
            2);
    assertEquals(List.of(), report.differences(), () -> first(report.differences()));
    Map<String, Long> agreed =
        report.scenarios().stream()
            .collect(
                Collectors.groupingBy(
                    ScenarioTally::scenario, Collectors.summingLong(s -> s.tally().agree())));
    assertEquals(
        Map.of("pool_alloc", 91L, "pool_share", 137L, "coherent_alloc", 102L, "map_resource", 32L),
        agreed);
    assertEquals(362, report.total().cases());
  }

  @Test
  void reportDoesNotDependOnTheNumberOfWorkers() {
    List<String> scenarios = List.of("swiotlb_slots", "map_resource", "golden-iova");
    assertEquals(replay(scenarios, null, 1), replay(scenarios, null, 3));
  }
}
