package org.bufferyard.yard;

import java.util.ArrayList;
import java.util.List;
import org.bufferyard.api.event.DmaEvent;
import org.bufferyard.platform.yard.EventLog;

/** The stream as a list; a mark is the number of events ever appended. Engine thread only. */
final class Log implements EventLog {
  private final ArrayList<DmaEvent> events = new ArrayList<>();

  /** Events forgotten so far: the mark of {@code events.get(0)}. */
  private long first;

  private boolean on = true;

  /** How often a reader set a mark: what was said once a reader may be said again after it. */
  private long marks;

  @Override
  public boolean on() {
    return on;
  }

  @Override
  public void emit(DmaEvent event) {
    if (on) {
      events.add(event);
    }
  }

  @Override
  public long mark() {
    marks++;
    return end();
  }

  long marks() {
    return marks;
  }

  private long end() {
    return first + events.size();
  }

  @Override
  public List<DmaEvent> since(long mark) {
    if (mark < first || mark > end()) {
      throw new IllegalArgumentException(
          "mark " + mark + " outside the log, which holds " + first + " to " + end());
    }
    return List.copyOf(events.subList((int) (mark - first), events.size()));
  }

  @Override
  public void record(boolean record) {
    on = record;
  }

  @Override
  public void forgetBefore(long mark) {
    int drop = (int) Math.clamp(mark - first, 0L, events.size());
    events.subList(0, drop).clear();
    first += drop;
  }
}
