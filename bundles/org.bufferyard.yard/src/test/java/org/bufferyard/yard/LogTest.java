package org.bufferyard.yard;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.List;
import org.bufferyard.api.event.DmaEvent;
import org.junit.jupiter.api.Test;

/** The stream, from marks. */
final class LogTest {
  private final Log log = new Log();

  private static DmaEvent event(String element) {
    return new DmaEvent.Released(element);
  }

  @Test
  void aReaderGetsWhatCameAfterItsMark() {
    log.emit(event("1"));
    long mark = log.mark();
    log.emit(event("2"));
    log.emit(event("3"));
    assertEquals(List.of(event("2"), event("3")), log.since(mark));
    assertEquals(3, log.since(0).size());
    assertEquals(List.of(), log.since(log.mark()));
  }

  @Test
  void whatIsSwitchedOffIsDropped() {
    log.record(false);
    assertFalse(log.on());
    log.emit(event("lost"));
    log.record(true);
    log.emit(event("kept"));
    assertEquals(List.of(event("kept")), log.since(0));
  }

  @Test
  void marksStayTrueWhenTheirPastIsForgotten() {
    log.emit(event("1"));
    log.emit(event("2"));
    long mark = log.mark();
    log.emit(event("3"));
    log.forgetBefore(mark);
    assertEquals(List.of(event("3")), log.since(mark));
    assertThrows(IllegalArgumentException.class, () -> log.since(0));
    assertThrows(IllegalArgumentException.class, () -> log.since(mark + 9));
    log.forgetBefore(0);
    assertEquals(List.of(event("3")), log.since(mark));
  }
}
