package org.bufferyard.conform.fact;

import org.bufferyard.api.event.DmaEvent;
import org.bufferyard.api.event.EventSink;

/** Nobody listens to what has no yard around it. */
enum Unheard implements EventSink {
  EVENTS;

  @Override
  public boolean on() {
    return false;
  }

  @Override
  public void emit(DmaEvent event) {
    // Dropped: off.
  }
}
