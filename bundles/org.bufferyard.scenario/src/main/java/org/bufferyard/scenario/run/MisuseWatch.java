package org.bufferyard.scenario.run;

import java.util.List;
import org.bufferyard.platform.check.CheckSession;
import org.bufferyard.platform.check.FindingTally;
import org.bufferyard.platform.scenario.RunReport.Found;
import org.bufferyard.platform.yard.EventLog;

/** Reads the events of a run as they come and counts what the checker finds. Engine thread only. */
final class MisuseWatch {
  private final CheckSession session;
  private final FindingTally tally = new FindingTally();
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
    tally.add(session.read(events.since(mark)));
    mark = events.mark();
  }

  void end() {
    tally.add(session.end());
  }

  List<Found> findings() {
    return tally.found().stream().map(c -> new Found(c.first(), c.times())).toList();
  }
}
