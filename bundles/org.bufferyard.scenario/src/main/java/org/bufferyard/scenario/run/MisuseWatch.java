package org.bufferyard.scenario.run;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.bufferyard.platform.check.CheckSession;
import org.bufferyard.platform.check.Finding;
import org.bufferyard.platform.scenario.RunReport.Found;
import org.bufferyard.platform.yard.EventLog;

/**
 * Reads the events of a run as they come and counts what the checker finds, by rule and element: a
 * mistake that every frame repeats is one line. Engine thread only.
 */
final class MisuseWatch {
  private record Kind(Finding.Family family, String rule, String element) {}

  private static final class Tally {
    private final Finding first;
    private long times;

    private Tally(Finding first) {
      this.first = first;
    }
  }

  private final CheckSession session;
  private final Map<Kind, Tally> found = new LinkedHashMap<>();
  private long mark;

  MisuseWatch(CheckSession session) {
    this.session = session;
  }

  /** What comes from here on is read. */
  void start(EventLog events) {
    mark = events.mark();
  }

  /** Reads what came since the last call; only afterwards may it be forgotten. */
  void readOn(EventLog events) {
    count(session.read(events.since(mark)));
    mark = events.mark();
  }

  void end() {
    count(session.end());
  }

  private void count(List<Finding> findings) {
    for (Finding finding : findings) {
      Kind kind = new Kind(finding.family(), finding.rule().toString(), finding.element());
      found.computeIfAbsent(kind, k -> new Tally(finding)).times++;
    }
  }

  List<Found> findings() {
    return found.values().stream().map(t -> new Found(t.first, t.times)).toList();
  }
}
