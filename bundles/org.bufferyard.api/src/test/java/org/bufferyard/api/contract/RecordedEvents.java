package org.bufferyard.api.contract;

import java.util.ArrayList;
import java.util.List;
import org.bufferyard.api.event.DmaEvent;
import org.bufferyard.api.event.EventSink;

/** A sink that keeps everything, for contract suites and unit tests. */
public final class RecordedEvents implements EventSink {
  private final List<DmaEvent> events = new ArrayList<>();

  @Override
  public boolean on() {
    return true;
  }

  @Override
  public void emit(DmaEvent event) {
    events.add(event);
  }

  /** All events so far, in order. */
  public List<DmaEvent> all() {
    return List.copyOf(events);
  }

  /** The events of one type, in order. */
  public <E extends DmaEvent> List<E> of(Class<E> type) {
    return events.stream().filter(type::isInstance).map(type::cast).toList();
  }

  public void clear() {
    events.clear();
  }
}
