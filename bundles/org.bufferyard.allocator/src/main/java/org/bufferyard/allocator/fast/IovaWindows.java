package org.bufferyard.allocator.fast;

import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import org.bufferyard.allocator.frames.FrameBlocks;

/**
 * An address space of up to 2^52 frames as windows of 2^20, of which only those in use have a book.
 *
 * <p>Algorithm: a buddy system a window; a range longer than a window is whole windows, aligned to
 * their number. Reservations are intervals beside them, so that one over half the space costs
 * nothing. Cost: O(windows in use) for a range that no low window has, O(orders) else. Thread rule:
 * engine thread.
 */
final class IovaWindows {
  private static final int ORDER = 20;
  private static final long FRAMES = 1L << ORDER;
  private static final long NONE = FrameBlocks.NONE;

  private final long start;
  private final long top;

  /** Window number to its book. */
  private final TreeMap<Long, FrameBlocks> books = new TreeMap<>();

  /** First window of a range of whole windows, to their number. */
  private final TreeMap<Long, Long> wholes = new TreeMap<>();

  /** Reserved intervals, first to last frame; disjoint. */
  private final TreeMap<Long, Long> reserved = new TreeMap<>();

  IovaWindows(long start, long top) {
    this.start = start;
    this.top = top;
  }

  /** Takes the lowest aligned block that starts at {@code last} or before, or answers NONE. */
  long find(int order, long last) {
    return order <= ORDER ? findInWindow(order, last) : findWindows(order - ORDER, last);
  }

  private long findInWindow(int order, long last) {
    for (long window = 0; window << ORDER <= last; ) {
      Map.Entry<Long, Long> whole = wholes.floorEntry(window);
      if (whole != null && window < whole.getKey() + whole.getValue()) {
        window = whole.getKey() + whole.getValue();
        continue;
      }
      long free = books.containsKey(window) ? window : firstUnreserved(window);
      if (free != window) {
        window = free;
        continue;
      }
      FrameBlocks book = book(window);
      long base = window << ORDER;
      long frame =
          book.freeFrames() >= 1L << order
              ? book.firstFit(order, Math.min(FRAMES - 1, last - base))
              : NONE;
      if (frame != NONE) {
        book.take(frame, order);
        return base + frame;
      }
      window++;
    }
    return NONE;
  }

  /** The window itself, or the one behind the reservation that covers all of it. */
  private long firstUnreserved(long window) {
    Map.Entry<Long, Long> over = reserved.floorEntry(window << ORDER);
    long end = ((window + 1) << ORDER) - 1;
    return over != null && over.getValue() >= end ? (over.getValue() + 1) >>> ORDER : window;
  }

  private long findWindows(int order, long last) {
    long count = 1L << order;
    for (long window = 0; window << ORDER <= last && window << ORDER <= top; ) {
      long conflict = conflict(window, count);
      if (conflict == NONE) {
        wholes.put(window, count);
        return window << ORDER;
      }
      window = (conflict / count + 1) * count;
    }
    return NONE;
  }

  /** The last window of these that is not wholly free, or NONE. */
  private long conflict(long window, long count) {
    long lo = window << ORDER;
    long hi = ((window + count) << ORDER) - 1;
    if (hi > top) {
      return window + count - 1;
    }
    Map.Entry<Long, Long> reservation = reserved.floorEntry(hi);
    if (reservation != null && reservation.getValue() >= lo) {
      return Math.min(window + count - 1, reservation.getValue() >>> ORDER);
    }
    Map.Entry<Long, Long> whole = wholes.floorEntry(window + count - 1);
    if (whole != null && whole.getKey() + whole.getValue() > window) {
      return Math.min(window + count - 1, whole.getKey() + whole.getValue() - 1);
    }
    NavigableMap<Long, FrameBlocks> inside =
        books.subMap(window, true, window + count - 1, true).descendingMap();
    for (Map.Entry<Long, FrameBlocks> book : inside.entrySet()) {
      if (book.getValue().freeFrames() != FRAMES) {
        return book.getKey();
      }
    }
    if (lo < start) {
      return start >>> ORDER;
    }
    // Books without a live range make room for the whole.
    inside.clear();
    return NONE;
  }

  private FrameBlocks book(long window) {
    return books.computeIfAbsent(window, this::opened);
  }

  /** A fresh book: free is what neither a reservation nor an end of the space covers. */
  private FrameBlocks opened(long window) {
    FrameBlocks book = new FrameBlocks(FRAMES, ORDER);
    long base = window << ORDER;
    long end = Math.min(base + FRAMES, top + 1);
    long at = Math.max(base, start);
    Map.Entry<Long, Long> before = reserved.floorEntry(at);
    if (before != null) {
      at = Math.max(at, before.getValue() + 1);
    }
    for (Map.Entry<Long, Long> next = reserved.ceilingEntry(at);
        next != null && next.getKey() < end;
        next = reserved.higherEntry(next.getKey())) {
      book.release(at - base, next.getKey() - base);
      at = Math.max(at, next.getValue() + 1);
    }
    if (at < end) {
      book.release(at - base, end - base);
    }
    return book;
  }

  /** Takes exactly this block. */
  boolean take(long pfn, int order) {
    if (order > ORDER) {
      long count = 1L << (order - ORDER);
      boolean free =
          (pfn & ((1L << order) - 1)) == 0 && conflict(pfn >>> ORDER, count) == NONE;
      if (free) {
        wholes.put(pfn >>> ORDER, count);
      }
      return free;
    }
    long window = pfn >>> ORDER;
    Map.Entry<Long, Long> whole = wholes.floorEntry(window);
    if (pfn > top || whole != null && window < whole.getKey() + whole.getValue()) {
      return false;
    }
    FrameBlocks book = book(window);
    long frame = pfn & (FRAMES - 1);
    boolean free = book.isFree(frame, order);
    if (free) {
      book.take(frame, order);
    }
    return free;
  }

  void give(long pfn, int order) {
    if (order > ORDER) {
      wholes.remove(pfn >>> ORDER);
    } else {
      books.get(pfn >>> ORDER).give(pfn & (FRAMES - 1), order);
    }
  }

  /** Takes what is free of an interval for good; false when something live is in it. */
  boolean reserve(long lo, long hi) {
    long first = lo >>> ORDER;
    long last = hi >>> ORDER;
    Map.Entry<Long, Long> whole = wholes.floorEntry(last);
    if (whole != null && whole.getKey() + whole.getValue() > first) {
      return false;
    }
    NavigableMap<Long, FrameBlocks> inside = books.subMap(first, true, last, true);
    for (Map.Entry<Long, FrameBlocks> book : inside.entrySet()) {
      if (hasLive(book.getKey(), book.getValue(), lo, hi)) {
        return false;
      }
    }
    for (Map.Entry<Long, FrameBlocks> book : inside.entrySet()) {
      takeAll(book.getKey(), book.getValue(), lo, hi);
    }
    merge(lo, hi);
    return true;
  }

  private boolean hasLive(long window, FrameBlocks book, long lo, long hi) {
    long base = window << ORDER;
    long end = Math.min(Math.min(hi, base + FRAMES - 1), top);
    for (long pfn = Math.max(Math.max(lo, base), start); pfn <= end; pfn++) {
      if (!book.isFree(pfn - base, 0) && !isReserved(pfn)) {
        return true;
      }
    }
    return false;
  }

  private boolean isReserved(long pfn) {
    Map.Entry<Long, Long> below = reserved.floorEntry(pfn);
    return below != null && below.getValue() >= pfn;
  }

  private static void takeAll(long window, FrameBlocks book, long lo, long hi) {
    long base = window << ORDER;
    long end = Math.min(hi - base, FRAMES - 1);
    for (long frame = Math.max(lo - base, 0); frame <= end; ) {
      int order = Math.min(ORDER, Long.numberOfTrailingZeros(frame | FRAMES));
      while (order > 0 && (frame + (1L << order) - 1 > end || !book.isFree(frame, order))) {
        order--;
      }
      if (book.isFree(frame, order)) {
        book.take(frame, order);
      }
      frame += 1L << order;
    }
  }

  private void merge(long lo, long hi) {
    long from = lo;
    long to = hi;
    Map.Entry<Long, Long> before = reserved.floorEntry(lo);
    if (before != null && before.getValue() >= lo - 1) {
      from = before.getKey();
    }
    NavigableMap<Long, Long> covered = reserved.subMap(from, true, hi + 1, true);
    for (long end : covered.values()) {
      to = Math.max(to, end);
    }
    covered.clear();
    reserved.put(from, to);
  }
}
