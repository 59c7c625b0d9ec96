package org.bufferyard.api.kernel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.OptionalInt;
import org.junit.jupiter.api.Test;

class RateLimitTest {
  private static final long SECOND = 1_000_000_000L;

  private final RateLimit limit = new RateLimit();

  @Test
  void tenMessagesPassInFiveSecondsAndTheRestIsCountedOnce() {
    for (int i = 0; i < 16; i++) {
      assertEquals(i < 10, limit.allows(i * SECOND / 10), "message " + i);
    }
    assertEquals(OptionalInt.empty(), limit.suppressed(5 * SECOND), "the interval lasts");
    assertEquals(OptionalInt.of(6), limit.suppressed(5 * SECOND + 1));
    assertEquals(OptionalInt.empty(), limit.suppressed(5 * SECOND + 1));
    assertTrue(limit.allows(5 * SECOND + 1));
  }

  @Test
  void anIntervalBeginsWithItsFirstMessage() {
    assertTrue(limit.allows(100 * SECOND));
    for (int i = 1; i < 10; i++) {
      assertTrue(limit.allows(105 * SECOND));
    }
    assertFalse(limit.allows(105 * SECOND));
    assertTrue(limit.allows(105 * SECOND + 1), "a new one");
  }
}
