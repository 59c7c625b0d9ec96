package org.bufferyard.check.stream;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.bufferyard.api.dma.DmaDirection;
import org.bufferyard.api.event.DmaEvent;
import org.bufferyard.api.memory.PageRef;
import org.bufferyard.platform.check.Finding.Clue;

/**
 * The device addresses that each device was given and not deprived of: mapped memory, allocations,
 * remapped segments. Finding costs a walk over the ranges of one device that begin at or below an
 * address, which are few. Used by one thread at a time.
 */
final class ReachBook {
  /** How many ended ranges of a device are remembered, to tell who came too late. */
  private static final int REMEMBERED = 64;

  /** How many live ranges of a device are kept; who has more leaks, and is watched no longer. */
  private static final int MOST = 1 << 16;

  /**
   * @param end first byte behind it
   * @param made the event that gave it
   */
  record Range(long start, long end, int direction, Clue made) {
    boolean holds(long address) {
      return Long.compareUnsigned(start, address) <= 0 && Long.compareUnsigned(address, end) < 0;
    }

    boolean allows(boolean write) {
      return write ? direction != TO_DEVICE : direction != FROM_DEVICE;
    }
  }

  /** A range that ended, and the event that ended it. */
  record Ended(Range range, Clue by) {}

  private static final int TO_DEVICE = DmaDirection.TO_DEVICE.code();
  private static final int FROM_DEVICE = DmaDirection.FROM_DEVICE.code();
  private static final int BOTH = DmaDirection.BIDIRECTIONAL.code();

  /** Of one device: ranges by first byte, and what ended lately. */
  private static final class Space {
    private final TreeMap<Long, List<Range>> ranges = new TreeMap<>(Long::compareUnsigned);
    private final Deque<Ended> ended = new ArrayDeque<>();
    private long longest;
    private int live;

    /** Whether it may have ranges that are not here. */
    private boolean blind;
  }

  private final boolean joined;

  private final Map<String, Space> spaces = new HashMap<>();

  /**
   * @param joined whether devices may have been given ranges before the book was begun
   */
  ReachBook(boolean joined) {
    this.joined = joined;
  }

  /** Whether a device may reach more than the book knows of. */
  boolean isBlind(String element) {
    Space space = spaces.get(element);
    return space == null ? joined : space.blind;
  }

  private Space space(String element) {
    return spaces.computeIfAbsent(
        element,
        e -> {
          Space space = new Space();
          space.blind = joined;
          return space;
        });
  }

  void see(Clue clue) {
    switch (clue.event()) {
      case DmaEvent.Mapped m -> add(m.element(), m.dma(), m.size(), m.direction(), clue);
      case DmaEvent.Unmapped u -> end(u.element(), u.dma(), clue);
      case DmaEvent.SgMapped s ->
          addAll(s.element(), s.dma(), s.lengths(), s.direction(), clue);
      case DmaEvent.SgUnmapped s -> endAll(s.element(), s.dma(), s.lengths(), clue);
      case DmaEvent.Remapped r ->
          addAll(r.element(), r.dma(), r.lengths(), r.direction(), clue);
      case DmaEvent.RemapUndone r -> endAll(r.element(), r.dma(), r.lengths(), clue);
      case DmaEvent.Allocated a -> {
        // The table of a scattered one comes as a list of its own.
        if (!a.scattered()) {
          add(a.element(), a.dma(), PageRef.align(a.size()), BOTH, clue);
        }
      }
      case DmaEvent.Freed f -> {
        if (!f.scattered()) {
          end(f.element(), f.dma(), clue);
        }
      }
      case DmaEvent.Unbound u -> endEverything(u.element(), clue);
      // A new object has nothing yet.
      case DmaEvent.Bound b -> space(b.element()).blind = false;
      default -> {}
    }
  }

  private void addAll(String element, long[] dma, long[] lengths, int direction, Clue clue) {
    for (int i = 0; i < dma.length; i++) {
      add(element, dma[i], lengths[i], direction, clue);
    }
  }

  private void add(String element, long start, long size, int direction, Clue clue) {
    Space space = space(element);
    if (space.live == MOST) {
      space.blind = true;
      space.ranges.clear();
      space.live = 0;
    }
    space.live++;
    space
        .ranges
        .computeIfAbsent(start, s -> new ArrayList<>(1))
        .add(new Range(start, start + size, direction, clue));
    space.longest = Math.max(space.longest, size);
  }

  private void endAll(String element, long[] dma, long[] lengths, Clue clue) {
    for (int i = 0; i < dma.length; i++) {
      if (lengths[i] != 0) {
        end(element, dma[i], clue);
      }
    }
  }

  /** The youngest range that begins there. */
  private void end(String element, long start, Clue clue) {
    Space space = spaces.get(element);
    List<Range> there = space == null ? null : space.ranges.get(start);
    if (there == null) {
      return;
    }
    remember(space, new Ended(there.removeLast(), clue));
    space.live--;
    if (there.isEmpty()) {
      space.ranges.remove(start);
    }
  }

  private static void remember(Space space, Ended ended) {
    space.ended.addFirst(ended);
    if (space.ended.size() > REMEMBERED) {
      space.ended.removeLast();
    }
  }

  private void endEverything(String element, Clue clue) {
    Space space = spaces.get(element);
    if (space != null) {
      space.ranges.values().forEach(l -> l.forEach(r -> remember(space, new Ended(r, clue))));
      space.ranges.clear();
      space.live = 0;
    }
  }

  /** Live ranges that hold an address. */
  List<Range> at(String element, long address) {
    Space space = spaces.get(element);
    if (space == null) {
      return List.of();
    }
    long lowest = address - space.longest;
    long from = Long.compareUnsigned(lowest, address) > 0 ? 0 : lowest;
    List<Range> found = new ArrayList<>();
    for (List<Range> list : space.ranges.subMap(from, true, address, true).values()) {
      list.stream().filter(r -> r.holds(address)).forEach(found::add);
    }
    return found;
  }

  /** The range that held an address last and ended. */
  Optional<Ended> lastAt(String element, long address) {
    Space space = spaces.get(element);
    return space == null
        ? Optional.empty()
        : space.ended.stream().filter(e -> e.range().holds(address)).findFirst();
  }
}
