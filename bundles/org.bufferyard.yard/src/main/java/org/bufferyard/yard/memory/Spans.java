package org.bufferyard.yard.memory;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.bufferyard.api.memory.PageRef;
import org.bufferyard.api.memory.PhysRange;

/**
 * A set of addresses as ascending, disjoint, non-touching ranges. Immutable; all comparisons are
 * unsigned, and a range may end at 2^64.
 */
public final class Spans {
  static final Spans NONE = new Spans(List.of());

  private final List<PhysRange> ranges;
  private final long[] bases;
  private final long[] lasts;

  private Spans(List<PhysRange> ranges) {
    this.ranges = List.copyOf(ranges);
    this.bases = ranges.stream().mapToLong(PhysRange::base).toArray();
    this.lasts = ranges.stream().mapToLong(PhysRange::last).toArray();
  }

  public static Spans of(List<PhysRange> any) {
    List<PhysRange> sorted = new ArrayList<>(any);
    sorted.sort(Comparator.comparing(PhysRange::base, Long::compareUnsigned));
    List<PhysRange> merged = new ArrayList<>();
    for (PhysRange range : sorted) {
      PhysRange previous = merged.isEmpty() ? null : merged.getLast();
      boolean touches =
          previous != null
              && (previous.last() == -1L
                  || Long.compareUnsigned(range.base(), previous.last() + 1) <= 0);
      if (!touches) {
        merged.add(range);
      } else if (Long.compareUnsigned(range.last(), previous.last()) > 0) {
        merged.set(merged.size() - 1, between(previous.base(), range.last()));
      }
    }
    return new Spans(merged);
  }

  /** The range from one address to another, both inside. */
  public static PhysRange between(long first, long last) {
    return new PhysRange(first, last - first + 1);
  }

  public List<PhysRange> ranges() {
    return ranges;
  }

  Spans plus(Spans other) {
    List<PhysRange> both = new ArrayList<>(ranges);
    both.addAll(other.ranges);
    return of(both);
  }

  Spans minus(Spans other) {
    List<PhysRange> rest = new ArrayList<>(ranges);
    for (PhysRange cut : other.ranges) {
      List<PhysRange> next = new ArrayList<>();
      for (PhysRange range : rest) {
        if (!range.overlaps(cut)) {
          next.add(range);
          continue;
        }
        if (Long.compareUnsigned(range.base(), cut.base()) < 0) {
          next.add(between(range.base(), cut.base() - 1));
        }
        if (Long.compareUnsigned(range.last(), cut.last()) > 0) {
          next.add(between(cut.last() + 1, range.last()));
        }
      }
      rest = next;
    }
    return new Spans(rest);
  }

  /** What lies between two addresses, both inside. */
  Spans within(long first, long last) {
    List<PhysRange> inside = new ArrayList<>();
    for (PhysRange range : ranges) {
      long from = Long.compareUnsigned(range.base(), first) > 0 ? range.base() : first;
      long to = Long.compareUnsigned(range.last(), last) < 0 ? range.last() : last;
      if (Long.compareUnsigned(from, to) <= 0) {
        inside.add(between(from, to));
      }
    }
    return new Spans(inside);
  }

  /** The whole pages of it. */
  Spans wholePages() {
    List<PhysRange> pages = new ArrayList<>();
    for (PhysRange range : ranges) {
      long first = PageRef.align(range.base());
      long end = (range.last() + 1) & -PageRef.SIZE; // 0 when it ends at 2^64
      if (Long.compareUnsigned(first, range.base()) >= 0
          && (end == 0 || Long.compareUnsigned(first, end) < 0)) {
        pages.add(between(first, end - 1));
      }
    }
    return new Spans(pages);
  }

  /** The pages that it touches. */
  Spans touchedPages() {
    return of(
        ranges.stream()
            .map(
                r ->
                    between(
                        r.base() & -PageRef.SIZE, r.last() | (PageRef.SIZE - 1)))
            .toList());
  }

  public boolean contains(long address) {
    return find(address) >= 0;
  }

  /** Bytes from {@code address} on that lie inside in one run, at most {@code most}. */
  public long runInside(long address, long most) {
    int at = find(address);
    if (at < 0) {
      return 0;
    }
    long left = lasts[at] - address; // one less than the run, so that 2^64 does not overflow
    return Long.compareUnsigned(left, most - 1) < 0 ? left + 1 : most;
  }

  /** Bytes from {@code address} on that lie outside in one run, at most {@code most}. */
  long runOutside(long address, long most) {
    for (int i = 0; i < bases.length; i++) {
      if (Long.compareUnsigned(bases[i], address) > 0) {
        long gap = bases[i] - address;
        return Long.compareUnsigned(gap, most) < 0 ? gap : most;
      }
    }
    return most;
  }

  private int find(long address) {
    // Boards have a handful of banks and pools: a loop beats a search tree here.
    for (int i = 0; i < bases.length; i++) {
      if (Long.compareUnsigned(address, lasts[i]) <= 0) {
        return Long.compareUnsigned(address, bases[i]) >= 0 ? i : -1;
      }
    }
    return -1;
  }

  @Override
  public String toString() {
    return ranges.toString();
  }
}
