package org.bufferyard.conform;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.bufferyard.conform.answer.Outcome;
import org.bufferyard.platform.conform.ConformReport;
import org.bufferyard.platform.conform.ConformReport.Difference;
import org.bufferyard.platform.conform.ConformReport.ScenarioTally;
import org.bufferyard.platform.conform.ConformReport.Tally;

/** Counts outcomes in the order in which cases were read, so that a report never varies. */
final class Tallies {
  private record Key(String scenario, String run) {}

  private final Map<Key, Count> counts = new LinkedHashMap<>();
  private final List<Difference> differences = new ArrayList<>();
  private final Map<String, Long> reasons = new LinkedHashMap<>();
  private final KnownLimits known;

  Tallies(KnownLimits known) {
    this.known = known;
  }

  private static final class Count {
    private long agree;
    private long differ;
    private long skipped;
    private long advisory;

    Tally tally() {
      return new Tally(agree + differ + skipped + advisory, agree, differ, skipped, advisory);
    }

    void add(Count other) {
      agree += other.agree;
      differ += other.differ;
      skipped += other.skipped;
      advisory += other.advisory;
    }
  }

  void add(String scenario, String run, Outcome outcome) {
    Count count = counts.computeIfAbsent(new Key(scenario, run), k -> new Count());
    switch (outcome) {
      case Outcome.Agreed agreed -> count.agree++;
      case Outcome.Differed differed -> {
        count.differ++;
        differed.differences().stream().map(known::explain).forEach(differences::add);
      }
      case Outcome.Skipped skipped -> {
        count.skipped++;
        reasons.merge(skipped.reason(), 1L, Long::sum);
      }
      case Outcome.Advisory advisory -> count.advisory++;
    }
  }

  ConformReport report() {
    Count total = new Count();
    List<ScenarioTally> scenarios = new ArrayList<>();
    counts.forEach(
        (key, count) -> {
          total.add(count);
          scenarios.add(new ScenarioTally(key.scenario(), key.run(), count.tally()));
        });
    return new ConformReport(
        total.tally(), scenarios, differences, reasons, known.limits(), known.formats());
  }
}
