package org.bufferyard.conform;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

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

/** What the product carries, replayed on the bundles that it ships. */
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

  /** Everything agrees, or lies beyond what a model can know and is named as such. */
  @Test
  void everythingElseAgreesOrSaysWhyItIsSkipped() {
    ConformReport report = replay(List.of(), null, 2);
    List<Difference> unexplained =
        report.differences().stream().filter(d -> d.why().isEmpty()).toList();
    assertEquals(List.of(), unexplained, () -> first(unexplained));
    assertTrue(report.total().differ() <= 3, () -> report.total().toString());
    assertEquals(18_883 + 94, report.total().cases());
    assertTrue(report.total().agree() >= 18_188, () -> report.total().toString());
    assertEquals(
        report.total().skipped(),
        report.skipReasons().values().stream().mapToLong(Long::longValue).sum());
    System.out.println("conform: " + report.total());
    report
        .skipReasons()
        .forEach((reason, count) -> System.out.println("skipped " + count + ": " + reason));
  }

  @Test
  void reportDoesNotDependOnTheNumberOfWorkers() {
    List<String> scenarios = List.of("swiotlb_slots", "map_resource", "golden-iova");
    assertEquals(replay(scenarios, null, 1), replay(scenarios, null, 3));
  }
}
