package org.bufferyard.dmabuf;

import java.util.LinkedHashMap;
import java.util.Map;
import org.bufferyard.api.event.DmaEvent;
import org.bufferyard.api.event.EventSink;
import org.bufferyard.api.kernel.Rule;

/** Says why, in the event stream. Callers on frequent paths ask {@link #on()} first. */
final class Narrator {
  private final EventSink events;

  Narrator(EventSink events) {
    this.events = events;
  }

  boolean on() {
    return events.on();
  }

  void emit(DmaEvent event) {
    events.emit(event);
  }

  /** A rule decided; {@code values} are names and values in turn. */
  void decided(Rule rule, String element, String text, String... values) {
    Map<String, String> named = new LinkedHashMap<>();
    for (int i = 0; i < values.length; i += 2) {
      named.put(values[i], values[i + 1]);
    }
    events.emit(new DmaEvent.Decided(rule, element, text, named));
  }

  void hazard(Rule rule, String element, String text) {
    events.emit(new DmaEvent.HazardRaised(rule, element, text));
  }

  /** A WARN_ON() in the core. */
  void warning(Rule rule, String element, String text) {
    events.emit(
        new DmaEvent.KernelMessage(
            element, DmaEvent.MessageClass.WARNING, rule.function() + "(): " + text));
  }
}
