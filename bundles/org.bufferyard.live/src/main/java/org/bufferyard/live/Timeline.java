package org.bufferyard.live;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import org.bufferyard.platform.live.TimelineEntry;

/**
 * The bounded past of a yard. An entry like the one before it, of the same element, is not written
 * again within a second: what every frame repeats must not push out the rest. Safe for any thread.
 */
final class Timeline {
  private static final long REPEAT_NANOS = 1_000_000_000L;

  private final int capacity;
  private final long opened = System.nanoTime();
  private final Deque<TimelineEntry> entries = new ArrayDeque<>();
  private long last;

  Timeline(int capacity) {
    this.capacity = Math.max(1, capacity);
  }

  synchronized void add(TimelineEntry.Kind kind, String element, String text) {
    long now = System.nanoTime() - opened;
    TimelineEntry newest = entries.peekLast();
    if (newest != null
        && newest.kind() == kind
        && newest.element().equals(element)
        && newest.text().equals(text)
        && now - newest.nanos() < REPEAT_NANOS) {
      return;
    }
    entries.addLast(new TimelineEntry(++last, now, kind, element, text));
    if (entries.size() > capacity) {
      entries.removeFirst();
    }
  }

  synchronized List<TimelineEntry> after(long number) {
    return entries.stream().filter(e -> e.number() > number).toList();
  }
}
