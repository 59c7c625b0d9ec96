package org.bufferyard.conform.answer;

import java.util.List;
import org.bufferyard.platform.conform.ConformReport.Difference;

/** What became of one case. */
public sealed interface Outcome {
  record Agreed() implements Outcome {}

  /** At least one field differs. */
  record Differed(List<Difference> differences) implements Outcome {
    public Differed {
      differences = List.copyOf(differences);
    }
  }

  /** Not replayed, for a reason that a person can act on. */
  record Skipped(String reason) implements Outcome {}

  /** Recorded under timers: counted, and judged neither way. */
  record Advisory() implements Outcome {}
}
