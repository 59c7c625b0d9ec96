package org.bufferyard.scenario.run;

import java.util.HashMap;
import java.util.Map;
import org.bufferyard.platform.scenario.RunReport.Observed;
import org.bufferyard.platform.verdict.Verdict;

/** What the readers of a pipeline saw, each at its worst. Engine thread only. */
final class Observations {
  private static final Observed FINE = new Observed(Verdict.SHARED, "");

  private final Map<String, Observed> worst = new HashMap<>();

  /** Keeps the first of the worst kind. */
  void note(String reader, Verdict verdict, String text) {
    if (verdict.compareTo(of(reader).verdict()) < 0) {
      worst.put(reader, new Observed(verdict, text));
    }
  }

  Observed of(String reader) {
    return worst.getOrDefault(reader, FINE);
  }
}
