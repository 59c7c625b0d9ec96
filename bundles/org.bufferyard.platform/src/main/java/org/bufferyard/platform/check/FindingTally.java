package org.bufferyard.platform.check;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * Findings by rule and element: a mistake that every frame repeats is one, with a count. Keeps the first
 * of each kind, at most {@value #MOST} kinds; of any more it knows the number only. Used by one thread at
 * a time.
 */
public final class FindingTally {
  /** Kinds that are kept. */
  public static final int MOST = 1000;

  /**
   * Findings of one rule about one element.
   *
   * @param first the first of them
   * @param times how many there were
   * @param last position in the stream of the last one's last event; -1 when it rests on no event
   */
  public record Counted(Finding first, long times, long last) {
    public Counted {
      Objects.requireNonNull(first, "first");
    }

    private Counted again(Finding finding) {
      return new Counted(first, times + 1, position(finding));
    }
  }

  private record Kind(Finding.Family family, String rule, String element) {}

  private final Map<Kind, Counted> found = new LinkedHashMap<>();
  private long others;

  public void add(List<Finding> findings) {
    findings.forEach(this::add);
  }

  private void add(Finding finding) {
    Kind kind = new Kind(finding.family(), finding.rule().toString(), finding.element());
    Counted before = found.get(kind);
    if (before != null) {
      found.put(kind, before.again(finding));
    } else if (found.size() < MOST) {
      found.put(kind, new Counted(finding, 1, position(finding)));
    } else {
      others++;
    }
  }

  private static long position(Finding finding) {
    return finding.clues().isEmpty() ? -1 : finding.clues().getLast().position();
  }

  /** In the order of the first of each kind. */
  public List<Counted> found() {
    return List.copyOf(found.values());
  }

  /** Findings of kinds beyond those that are kept. */
  public long others() {
    return others;
  }
}
