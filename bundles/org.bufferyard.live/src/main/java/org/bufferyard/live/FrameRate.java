package org.bufferyard.live;

/** Frames of the last whole second, as a rate. Guarded by its owner. */
final class FrameRate {
  private static final long WINDOW = 1_000_000_000L;

  private long since;
  private long frames;
  private double rate;
  private boolean started;

  void count(long frames, long now) {
    roll(now);
    this.frames += frames;
  }

  double perSecond(long now) {
    roll(now);
    return rate;
  }

  private void roll(long now) {
    if (!started) {
      started = true;
      since = now;
      return;
    }
    long passed = now - since;
    if (passed >= WINDOW) {
      // Nobody looked and nothing came for a second window: what was counted is older than that.
      rate = passed < 2 * WINDOW ? frames * (double) WINDOW / passed : 0;
      frames = 0;
      since = now;
    }
  }
}
