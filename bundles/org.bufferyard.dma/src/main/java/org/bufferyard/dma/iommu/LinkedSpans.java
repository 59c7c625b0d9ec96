package org.bufferyard.dma.iommu;

import java.util.ArrayList;
import java.util.List;

/** Ranges of IOVAs in which memory is linked, in the order it was. Engine thread only. */
final class LinkedSpans {
  /** First address and end of each. */
  private final List<long[]> spans = new ArrayList<>();

  void add(long first, long end) {
    if (end != first) {
      spans.add(new long[] {first, end});
    }
  }

  /** Takes a range out of all spans that it meets. */
  void remove(long first, long end) {
    List<long[]> kept = new ArrayList<>();
    for (long[] span : spans) {
      if (span[0] < first) {
        kept.add(new long[] {span[0], Math.min(span[1], first)});
      }
      if (span[1] > end) {
        kept.add(new long[] {Math.max(span[0], end), span[1]});
      }
    }
    spans.clear();
    spans.addAll(kept);
  }

  boolean isEmpty() {
    return spans.isEmpty();
  }

  int count() {
    return spans.size();
  }

  long first(int index) {
    return spans.get(index)[0];
  }

  long end(int index) {
    return spans.get(index)[1];
  }

  void clear() {
    spans.clear();
  }
}
