package org.bufferyard.platform.conform;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Agreement, counted. cases = agree + differ + skipped + advisory, disjoint; every difference is
 * listed, and a case is skipped only with a stated reason.
 *
 * @param skipReasons how many cases were skipped for which reason
 * @param limits what no case covers because nothing models it
 * @param formats translation tables, and what holds their bits
 */
public record ConformReport(
    Tally total,
    List<ScenarioTally> scenarios,
    List<Difference> differences,
    Map<String, Long> skipReasons,
    List<Limit> limits,
    List<Format> formats) {

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
   * @param why why no model can know what the kernel gave; empty: the model is at fault
   */
  public record Difference(
      String scenario,
      String run,
      String id,
      String op,
      String field,
      String expected,
      String actual,
      Optional<String> why) {}

  /**
   * @param area what it belongs to, such as {@code CPU caches}
   * @param text what is left out, in a sentence
   */
  public record Limit(String area, String text) {}

  /**
   * A format of translation tables.
   *
   * @param facts recorded ones that cover it; empty for none
   * @param bits name of the test that holds it to bits of a manual or driver
   */
  public record Format(String name, Optional<String> facts, String bits) {}

  public ConformReport {
    scenarios = List.copyOf(scenarios);
    differences = List.copyOf(differences);
    skipReasons = Map.copyOf(skipReasons);
    limits = List.copyOf(limits);
    formats = List.copyOf(formats);
  }

  /** Cases that differ, each in a way that no model can know. They count as differing as well. */
  public long explained() {
    record Case(String scenario, String run, String id) {}
    Map<Case, Boolean> explained = new HashMap<>();
    for (Difference d : differences) {
      explained.merge(
          new Case(d.scenario(), d.run(), d.id()), d.why().isPresent(), Boolean::logicalAnd);
    }
    return explained.values().stream().filter(Boolean::booleanValue).count();
  }
}
