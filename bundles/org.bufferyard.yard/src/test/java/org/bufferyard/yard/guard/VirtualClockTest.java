package org.bufferyard.yard.guard;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

final class VirtualClockTest {
  private final VirtualClock clock = new VirtualClock();
  private final List<String> went = new ArrayList<>();

  private void set(long delay, String name) {
    clock.after(delay, () -> went.add(name + "@" + clock.nowNanos()));
  }

  @Test
  void timersGoOffInOrderOfTheirTimeThenOfTheirSetting() {
    set(20, "late");
    set(10, "first");
    set(10, "second");
    clock.advance(9);
    assertEquals(List.of(), went);
    clock.advance(1);
    assertEquals(List.of("first@10", "second@10"), went);
    clock.advance(100);
    assertEquals(List.of("first@10", "second@10", "late@20"), went);
    assertEquals(110, clock.nowNanos());
  }

  @Test
  void aTimerThatATimerSetsGoesOffWhenItFallsDue() {
    clock.after(10, () -> set(5, "nested"));
    clock.after(12, () -> went.add("between"));
    clock.advance(15);
    assertEquals(List.of("between", "nested@15"), went);
  }

  @Test
  void timeDoesNotGoBack() {
    clock.advance(1);
    assertThrows(IllegalArgumentException.class, () -> clock.advance(-1));
    assertThrows(IllegalArgumentException.class, () -> clock.advance(Long.MAX_VALUE));
    assertEquals(1, clock.nowNanos());
  }
}
