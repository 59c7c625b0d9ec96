package org.bufferyard.scenario.share;

import java.util.LinkedHashMap;
import java.util.Map;
import org.bufferyard.api.event.DmaEvent;
import org.bufferyard.api.event.EventSink;
import org.bufferyard.api.kernel.Rule;

/** Writes the steps that drivers, not engines, add to a reason chain. Engine thread only. */
final class Reasons {
  private final EventSink events;

  Reasons(EventSink events) {
    this.events = events;
  }

  /**
   * Adds a step.
   *
   * @param values alternating names and values
   */
  void step(Rule rule, String element, String text, String... values) {
    Map<String, String> named = new LinkedHashMap<>();
    for (int i = 0; i + 1 < values.length; i += 2) {
      named.put(values[i], values[i + 1]);
    }
    events.emit(new DmaEvent.Decided(rule, element, text, named));
  }
}
