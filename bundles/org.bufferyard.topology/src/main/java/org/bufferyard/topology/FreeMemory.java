package org.bufferyard.topology;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.bufferyard.api.memory.PhysRange;

/**
 * The part of RAM that nothing is reserved in, while the kernel boots: takes the highest place that
 * fits, as memblock does. {@code mm/memblock.c: memblock_find_in_range_node()}. One thread.
 */
final class FreeMemory {
  private List<PhysRange> free;

  FreeMemory(List<PhysRange> ram) {
    free = new ArrayList<>(ram);
  }

  void reserve(PhysRange taken) {
    List<PhysRange> left = new ArrayList<>();
    for (PhysRange piece : free) {
      if (!piece.overlaps(taken)) {
        left.add(piece);
        continue;
      }
      if (Long.compareUnsigned(piece.base(), taken.base()) < 0) {
        left.add(new PhysRange(piece.base(), taken.base() - piece.base()));
      }
      if (Long.compareUnsigned(taken.last(), piece.last()) < 0) {
        left.add(new PhysRange(taken.last() + 1, piece.last() - taken.last()));
      }
    }
    free = left;
  }

  /**
   * Reserves the highest aligned place of that size inside the window.
   *
   * @param alignment power of two
   */
  Optional<PhysRange> take(long size, long alignment, PhysRange window) {
    Optional<PhysRange> best = Optional.empty();
    for (PhysRange piece : free) {
      Optional<PhysRange> place = highest(piece, size, alignment, window);
      if (place.isPresent()
          && (best.isEmpty() || Long.compareUnsigned(place.get().base(), best.get().base()) > 0)) {
        best = place;
      }
    }
    best.ifPresent(this::reserve);
    return best;
  }

  private static Optional<PhysRange> highest(
      PhysRange piece, long size, long alignment, PhysRange window) {
    if (!piece.overlaps(window)) {
      return Optional.empty();
    }
    long first = max(piece.base(), window.base());
    long last = min(piece.last(), window.last());
    if (Long.compareUnsigned(size - 1, last - first) > 0) {
      return Optional.empty();
    }
    long base = (last - (size - 1)) & -alignment;
    return Long.compareUnsigned(base, first) < 0
        ? Optional.empty()
        : Optional.of(new PhysRange(base, size));
  }

  private static long max(long a, long b) {
    return Long.compareUnsigned(a, b) >= 0 ? a : b;
  }

  private static long min(long a, long b) {
    return Long.compareUnsigned(a, b) <= 0 ? a : b;
  }
}
