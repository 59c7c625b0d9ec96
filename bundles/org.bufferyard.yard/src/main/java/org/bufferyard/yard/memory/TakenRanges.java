package org.bufferyard.yard.memory;

import java.util.Map;
import java.util.TreeMap;

/**
 * Ranges of frame numbers below 2^52 that are taken: short ones bit by bit ({@link TakenFrames}), long
 * ones as ranges, so that a terabyte costs no more than a page. Engine thread only.
 */
public final class TakenRanges {
  /** Frames from which on a range is kept as one: a chunk of {@link TakenFrames}. */
  private static final long LONG = 1 << 14;

  private final TakenFrames frames = new TakenFrames();

  /** First frame to frames; disjoint. */
  private final TreeMap<Long, Long> ranges = new TreeMap<>();

  /** Whether any of {@code count} frames from {@code first} on is taken. */
  public boolean containsAny(long first, long count) {
    if (!ranges.isEmpty()) {
      Map.Entry<Long, Long> below = ranges.floorEntry(first + count - 1);
      if (below != null && below.getKey() + below.getValue() > first) {
        return true;
      }
    }
    return frames.containsAny(first, count);
  }

  public void add(long first, long count) {
    if (count >= LONG) {
      ranges.put(first, count);
    } else {
      frames.add(first, count);
    }
  }

  /** Takes frames back; a long range goes whole, whatever {@code count} says. */
  public void remove(long first, long count) {
    if (ranges.isEmpty() || ranges.remove(first) == null) {
      frames.remove(first, count);
    }
  }

  /** Frames of the range that begins with {@code first}; 0: none does. */
  public long at(long first) {
    Long wide = ranges.isEmpty() ? null : ranges.get(first);
    return wide != null ? wide : frames.runAt(first);
  }

  /** All ranges: short ones ascending, then long ones ascending. */
  public void read(TakenFrames.Reader reader) {
    frames.read(reader);
    ranges.forEach(reader::run);
  }
}
