package org.bufferyard.yard.guard;

import java.util.Comparator;
import java.util.PriorityQueue;

/**
 * The time of one yard: it passes only when told to, and timers go off in order of their time, equal
 * ones in the order they were set. Engine thread only.
 */
public final class VirtualClock {
  private record Timer(long at, long number, Runnable task) {}

  private final PriorityQueue<Timer> timers =
      new PriorityQueue<>(Comparator.comparingLong(Timer::at).thenComparingLong(Timer::number));

  private long now;
  private long set;

  public long nowNanos() {
    return now;
  }

  /** Runs a task when {@code delay} ns have passed. */
  public void after(long delay, Runnable task) {
    timers.add(new Timer(now + delay, set++, task));
  }

  /** Lets time pass; a timer may set others, which go off too when they fall due. */
  public void advance(long nanos) {
    if (nanos < 0 || now + nanos < 0) {
      throw new IllegalArgumentException("time does not go back, nor past 2^63 ns: " + nanos);
    }
    long end = now + nanos;
    while (!timers.isEmpty() && timers.peek().at() <= end) {
      Timer due = timers.remove();
      now = due.at();
      due.task().run();
    }
    now = end;
  }
}
