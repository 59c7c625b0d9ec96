package org.bufferyard.check.dmadebug;

import java.util.HashMap;
import java.util.Map;

/**
 * dma_active_cacheline: the first cache line of every mapping that a device may write, with a count
 * of further mappings that start in it. The count lives in three tag bits, so it stops at 7; what
 * comes on top is forgotten and missing when it is taken back.
 */
final class ActiveLines {
  static final int MAX_OVERLAP = 7;

  private static final int TO_DEVICE = 1;
  private static final int LINE_SHIFT = 6;

  /** What an insertion met. */
  enum Outcome {
    ALONE,
    OVERLAP,
    /** Beyond what the tags count. */
    OVERFLOW
  }

  private static final class Line {
    private final Entry first;
    private int overlap;

    private Line(Entry first) {
      this.first = first;
    }
  }

  private final Map<Long, Line> lines = new HashMap<>();

  /** to_cacheline_number(). */
  static long line(Entry entry) {
    return entry.paddr() >>> LINE_SHIFT;
  }

  Outcome insert(Entry entry) {
    if (entry.direction() == TO_DEVICE) {
      return Outcome.ALONE;
    }
    Line line = lines.get(line(entry));
    if (line == null) {
      lines.put(line(entry), new Line(entry));
      return Outcome.ALONE;
    }
    if (line.overlap == MAX_OVERLAP) {
      return Outcome.OVERFLOW;
    }
    line.overlap++;
    return Outcome.OVERLAP;
  }

  void clear() {
    lines.clear();
  }

  /** The mapping that took the line first; only after an insertion that met one. */
  Entry first(Entry entry) {
    return lines.get(line(entry)).first;
  }

  void remove(Entry entry) {
    if (entry.direction() == TO_DEVICE) {
      return;
    }
    Line line = lines.get(line(entry));
    if (line != null && --line.overlap < 0) {
      lines.remove(line(entry));
    }
  }
}
