package org.bufferyard.dma.mapping;

import java.util.LinkedHashMap;
import java.util.Map;
import org.bufferyard.api.event.DmaEvent;
import org.bufferyard.api.event.DmaEvent.MessageClass;
import org.bufferyard.api.event.EventSink;
import org.bufferyard.api.kernel.KernelOops;
import org.bufferyard.api.kernel.Rule;

/**
 * Writes why things happen. Callers ask {@link #on()} before they build a sentence, so that a yard
 * that nobody reads pays one branch a decision.
 */
public final class Trail {
  private final EventSink events;

  public Trail(EventSink events) {
    this.events = events;
  }

  public boolean on() {
    return events.on();
  }

  public void emit(DmaEvent event) {
    events.emit(event);
  }

  /**
   * A rule decided something.
   *
   * @param numbers names and values in turn
   */
  public void decided(Rule rule, String element, String text, String... numbers) {
    Map<String, String> values = new LinkedHashMap<>();
    for (int i = 0; i + 1 < numbers.length; i += 2) {
      values.put(numbers[i], numbers[i + 1]);
    }
    events.emit(new DmaEvent.Decided(rule, element, text, values));
  }

  public void hazard(Rule rule, String element, String text) {
    if (events.on()) {
      events.emit(new DmaEvent.HazardRaised(rule, element, text));
    }
  }

  public void message(String element, MessageClass kind, String text) {
    if (events.on()) {
      events.emit(new DmaEvent.KernelMessage(element, kind, text));
    }
  }

  /** The modelled kernel dies of a bad access; the caller throws what this returns. */
  public KernelOops oops(Rule rule, String element, String text) {
    return died(rule, element, MessageClass.OOPS, text);
  }

  /** The modelled kernel hits a BUG; the caller throws what this returns. */
  public KernelOops bug(Rule rule, String element, String text) {
    return died(rule, element, MessageClass.BUG, "kernel BUG: " + text);
  }

  private KernelOops died(Rule rule, String element, MessageClass kind, String text) {
    message(element, kind, text);
    if (events.on()) {
      events.emit(new DmaEvent.Oopsed(rule, element, text));
    }
    return new KernelOops(rule, text);
  }
}
