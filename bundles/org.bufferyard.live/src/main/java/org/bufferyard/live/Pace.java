package org.bufferyard.live;

/** How fast a pipeline is to go. Safe for any thread. */
final class Pace {
  private static final long NANOS = 1_000_000_000L;

  private volatile long period;

  /** Frames a second; 0: flat out. */
  void set(double framesPerSecond) {
    period = framesPerSecond <= 0 ? 0 : Math.max(1, Math.round(NANOS / framesPerSecond));
  }

  /** Nanoseconds from one frame to the next; 0: flat out. */
  long periodNanos() {
    return period;
  }

  /** As it was set; 0: flat out. */
  double framesPerSecond() {
    long now = period;
    return now == 0 ? 0 : (double) NANOS / now;
  }
}
