package org.bufferyard.check.stream;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.bufferyard.api.event.DmaEvent;
import org.bufferyard.platform.check.Finding.Clue;

/**
 * The fences that are not signaled: who signals them, and the reservations they stand in. Bounded; of
 * more than {@value #MOST} open fences the oldest are forgotten. Used by one thread at a time.
 */
final class FenceBook {
  static final int MOST = 4096;

  /** A point on a timeline. */
  record Point(long context, long seqno) {}

  /**
   * A fence in a reservation.
   *
   * @param added the event
   */
  record Added(Point point, String buffer, int usage, Clue added) {}

  private final Map<Point, Clue> made = new Recent<>(MOST);
  private final Map<String, List<Added>> open = new Recent<>(MOST);

  /** The reservations that a fence was added to. */
  private final Map<Point, Set<String>> where = new Recent<>(MOST);


  void see(Clue clue) {
    switch (clue.event()) {
      case DmaEvent.FenceMade m -> made.put(new Point(m.context(), m.seqno()), clue);
      case DmaEvent.FenceAdded a -> add(a, clue);
      case DmaEvent.FenceSignaled s -> signaled(new Point(s.context(), s.seqno()));
      case DmaEvent.Released r -> open.remove(r.element());
      default -> {}
    }
  }

  /** dma_resv_add_fence() replaces an earlier one of the timeline whose class is not stronger. */
  private void add(DmaEvent.FenceAdded a, Clue clue) {
    List<Added> there = open.computeIfAbsent(a.element(), b -> new ArrayList<>());
    there.removeIf(
        old ->
            old.point().context() == a.context()
                && old.usage() >= a.usage()
                && (int) (a.seqno() - old.point().seqno()) >= 0);
    Point point = new Point(a.context(), a.seqno());
    there.add(new Added(point, a.element(), a.usage(), clue));
    where.computeIfAbsent(point, p -> new HashSet<>(2)).add(a.element());
    if (there.size() > MOST) {
      there.removeFirst();
    }
  }

  private void signaled(Point point) {
    made.remove(point);
    Set<String> buffers = where.remove(point);
    if (buffers != null) {
      for (String buffer : buffers) {
        open.computeIfPresent(
            buffer,
            (b, fences) -> {
              fences.removeIf(a -> a.point().equals(point));
              return fences.isEmpty() ? null : fences;
            });
      }
    }
  }

  boolean isEmpty() {
    return open.isEmpty();
  }

  /** What is open in a buffer's reservation, in the order in which it was added. */
  List<Added> in(String buffer) {
    return open.getOrDefault(buffer, List.of());
  }

  /** Everything that is open, by reservation. */
  Collection<List<Added>> all() {
    return open.values();
  }

  /** The making of an open fence. */
  Optional<Clue> madeAt(Point point) {
    return Optional.ofNullable(made.get(point));
  }

  /** The device whose driver signals it, where the stream says so. */
  Optional<String> owner(Point point) {
    return madeAt(point)
        .map(c -> c.event().element())
        .filter(element -> !element.startsWith("timeline:"));
  }

  static String text(Point point) {
    return "fence "
        + Long.toUnsignedString(point.context())
        + ":"
        + Long.toUnsignedString(point.seqno());
  }
}
