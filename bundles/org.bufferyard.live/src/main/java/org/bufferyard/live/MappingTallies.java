package org.bufferyard.live;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.UnaryOperator;
import org.bufferyard.api.event.DmaEvent;
import org.bufferyard.platform.live.YardStatus.MappingStatus;
import org.bufferyard.platform.live.YardStatus.MappingSum;

/**
 * What devices moved through each mapping, as the events tell it. A mapping comes and goes with its
 * buffer and another has its address tomorrow, so that counters of single ones live as long as they
 * do, and of them the busiest are shown; what stays, and what a time series may have, are the sums by
 * device and kind. Memory is bounded: beyond {@link #MOST} live spans nobody is counted by himself.
 *
 * <p>Cost: a look-up in a sorted map an access. Safe for any thread.
 */
final class MappingTallies {
  private static final int MOST = 8192;

  private static final String SINGLE = "single";
  private static final String LIST = "scatter-gather";
  private static final String COHERENT = "coherent";
  private static final String REMAP = "coherent-remap";

  private record Sort(String device, String kind) {}

  private static final class Sum {
    private int live;
    private long made;
    private long read;
    private long written;
  }

  /** One mapping, of one span of addresses or of many. */
  private static final class Counts {
    private final Sort sort;

    /** Where its spans begin, in its own order. */
    private final long[] at;

    private final Sum sum;
    private long sizeBytes;
    private long read;
    private long written;

    Counts(Sort sort, long[] at, Sum sum) {
      this.sort = sort;
      this.at = at;
      this.sum = sum;
    }

    long dma() {
      return at[0];
    }
  }

  private record Span(long dma, long length, Counts of) {}

  /** By device; at one address the newest mapping is first. */
  private final Map<String, TreeMap<Long, Deque<Span>>> spans = new HashMap<>();

  private final Map<Sort, Sum> sums =
      new TreeMap<>(Comparator.comparing(Sort::device).thenComparing(Sort::kind));
  private int count;

  /** Nothing is mapped in a yard that begins anew; what was moved before counts still. */
  synchronized void begin() {
    spans.clear();
    count = 0;
    sums.values().forEach(sum -> sum.live = 0);
  }

  synchronized void read(DmaEvent event) {
    switch (event) {
      case DmaEvent.DeviceAccess access -> moved(access);
      case DmaEvent.Mapped one ->
          add(one.element(), SINGLE, new long[] {one.dma()}, new long[] {one.size()});
      case DmaEvent.SgMapped list -> add(list.element(), LIST, list.dma(), list.lengths());
      case DmaEvent.Remapped list -> add(list.element(), REMAP, list.dma(), list.lengths());
      case DmaEvent.Allocated memory -> {
        if (!memory.scattered()) {
          add(memory.element(), COHERENT, new long[] {memory.dma()}, new long[] {memory.size()});
        }
      }
      case DmaEvent.Unmapped one -> remove(one.element(), SINGLE, one.dma());
      case DmaEvent.SgUnmapped list -> remove(list.element(), LIST, first(list.dma()));
      case DmaEvent.RemapUndone list -> remove(list.element(), REMAP, first(list.dma()));
      case DmaEvent.Freed memory -> {
        if (!memory.scattered()) {
          remove(memory.element(), COHERENT, memory.dma());
        }
      }
      case DmaEvent.Unbound gone -> removeAll(gone.element());
      default -> {
        // Not of mappings.
      }
    }
  }

  private static long first(long[] addresses) {
    return addresses.length == 0 ? -1L : addresses[0];
  }

  private void add(String device, String kind, long[] dma, long[] lengths) {
    if (dma.length == 0 || lengths.length == 0) {
      return;
    }
    Sort sort = new Sort(device, kind);
    Sum sum = sums.computeIfAbsent(sort, s -> new Sum());
    sum.made++;
    if (count + dma.length > MOST) {
      return;
    }
    sum.live++;
    Counts counts = new Counts(sort, Arrays.copyOf(dma, Math.min(dma.length, lengths.length)), sum);
    TreeMap<Long, Deque<Span>> of =
        spans.computeIfAbsent(device, d -> new TreeMap<>(Long::compareUnsigned));
    for (int i = 0; i < counts.at.length; i++) {
      counts.sizeBytes += lengths[i];
      of.computeIfAbsent(dma[i], a -> new ArrayDeque<>(1))
          .addFirst(new Span(dma[i], lengths[i], counts));
      count++;
    }
  }

  /** The newest of that kind that begins there; of one that nobody counted there is nothing to do. */
  private void remove(String device, String kind, long dma) {
    TreeMap<Long, Deque<Span>> of = spans.get(device);
    Deque<Span> at = of == null ? null : of.get(dma);
    if (at == null) {
      return;
    }
    at.stream()
        .map(Span::of)
        .filter(counts -> counts.dma() == dma && counts.sort.kind().equals(kind))
        .findFirst()
        .ifPresent(counts -> remove(of, counts));
  }

  private void remove(TreeMap<Long, Deque<Span>> of, Counts gone) {
    gone.sum.live--;
    for (long dma : gone.at) {
      of.computeIfPresent(
          dma,
          (same, at) -> {
            int before = at.size();
            at.removeIf(span -> span.of() == gone);
            count -= before - at.size();
            return at.isEmpty() ? null : at;
          });
    }
  }

  private void removeAll(String device) {
    TreeMap<Long, Deque<Span>> gone = spans.remove(device);
    if (gone != null) {
      gone.values().forEach(at -> count -= at.size());
      sums.forEach((sort, sum) -> sum.live = sort.device().equals(device) ? 0 : sum.live);
    }
  }

  /** Charged to the mapping that holds the first byte. */
  private void moved(DmaEvent.DeviceAccess access) {
    TreeMap<Long, Deque<Span>> of = spans.get(access.element());
    Map.Entry<Long, Deque<Span>> at = of == null ? null : of.floorEntry(access.address());
    if (at == null) {
      return;
    }
    for (Span span : at.getValue()) {
      if (Long.compareUnsigned(access.address() - span.dma(), span.length()) < 0) {
        count(span.of(), access);
        return;
      }
    }
  }

  private static void count(Counts counts, DmaEvent.DeviceAccess access) {
    if (access.write()) {
      counts.written += access.length();
      counts.sum.written += access.length();
    } else {
      counts.read += access.length();
      counts.sum.read += access.length();
    }
  }

  /**
   * The busiest live ones, busiest first.
   *
   * @param most how many
   * @param name of a device id
   */
  synchronized List<MappingStatus> busiest(int most, UnaryOperator<String> name) {
    List<Counts> all = new ArrayList<>();
    for (TreeMap<Long, Deque<Span>> of : spans.values()) {
      for (Map.Entry<Long, Deque<Span>> at : of.entrySet()) {
        at.getValue().stream()
            .map(Span::of)
            .filter(counts -> counts.dma() == at.getKey())
            .distinct()
            .forEach(all::add);
      }
    }
    return all.stream()
        .sorted(
            Comparator.comparingLong((Counts c) -> -c.read - c.written)
                .thenComparing((Counts c) -> c.sort.device())
                .thenComparing(Counts::dma, Long::compareUnsigned))
        .limit(most)
        .map(
            c ->
                new MappingStatus(
                    name.apply(c.sort.device()),
                    c.sort.kind(),
                    c.dma(),
                    c.sizeBytes,
                    c.read,
                    c.written))
        .toList();
  }

  /** By device id and kind, since the yard was opened. */
  synchronized List<MappingSum> sums() {
    List<MappingSum> all = new ArrayList<>();
    sums.forEach(
        (sort, sum) ->
            all.add(
                new MappingSum(
                    sort.device(), sort.kind(), sum.live, sum.made, sum.read, sum.written)));
    return all;
  }
}
