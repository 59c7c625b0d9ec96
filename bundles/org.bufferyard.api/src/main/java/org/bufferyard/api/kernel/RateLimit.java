package org.bufferyard.api.kernel;

import java.util.OptionalInt;

/**
 * How often a driver may print (Linux {@code lib/ratelimit.c: ___ratelimit()}): ten times in five
 * seconds, and no more until they are over ({@code DEFAULT_RATELIMIT_INTERVAL}, {@code _BURST}).
 *
 * <p>Deviation: the kernel keeps one such state for all units of a driver, here each has its own.
 *
 * <p>Not thread-safe: engine thread only.
 */
public final class RateLimit {
  private static final long INTERVAL_NANOS = 5_000_000_000L;
  private static final int BURST = 10;

  private boolean begun;
  private long begin;
  private int printed;
  private int missed;

  /**
   * Whether a message may be printed now; one that may not is counted as missed.
   *
   * @param nowNanos time of the yard in ns
   */
  public boolean allows(long nowNanos) {
    if (!begun || nowNanos - begin > INTERVAL_NANOS) {
      begun = true;
      begin = nowNanos;
      printed = 0;
    }
    if (printed < BURST) {
      printed++;
      return true;
    }
    missed++;
    return false;
  }

  /**
   * How many messages an interval that is over now has missed, told once: the kernel prints {@code
   * FUNCTION: N callbacks suppressed} before the next message.
   *
   * @param nowNanos time of the yard in ns
   * @return empty while the interval lasts, or when none was missed
   */
  public OptionalInt suppressed(long nowNanos) {
    if (missed == 0 || nowNanos - begin <= INTERVAL_NANOS) {
      return OptionalInt.empty();
    }
    int count = missed;
    missed = 0;
    return OptionalInt.of(count);
  }
}
