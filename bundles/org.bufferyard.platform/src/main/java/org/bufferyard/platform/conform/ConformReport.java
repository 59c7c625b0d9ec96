package org.bufferyard.platform.conform;

import java.util.List;
import java.util.Map;

/**
 * Agreement, counted. cases = agree + differ + skipped + advisory, disjoint; every difference is
 * listed, and a case is skipped only with a stated reason.
 *
 * @param skipReasons how many cases were skipped for which reason
 */
public record ConformReport(
    Tally total,
    List<ScenarioTally> scenarios,
    List<Difference> differences,
    Map<String, Long> skipReasons) {

  public record Tally(long cases, long agree, long differ, long skipped, long advisory) {
    public Tally {
      if (cases != agree + differ + skipped + advisory) {
        throw new IllegalArgumentException("the tally does not add up: " + cases);
      }
    }
  }

  public record ScenarioTally(String scenario, String run, Tally tally) {}

  /**
   * One field of one command that came out differently.
   *
   * @param op index and text of the command
   */
  public record Difference(
      String scenario, String run, String id, String op, String field, String expected,
      String actual) {}

  public ConformReport {
    scenarios = List.copyOf(scenarios);
    differences = List.copyOf(differences);
    skipReasons = Map.copyOf(skipReasons);
  }
}
