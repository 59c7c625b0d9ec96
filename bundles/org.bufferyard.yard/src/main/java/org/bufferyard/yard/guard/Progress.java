package org.bufferyard.yard.guard;

/** How far a thread gets, as another one sees it. */
interface Progress {
  /** What a thread is at. */
  enum Doing {
    /** It runs, or would if it had a processor. */
    RUNS,
    /** It waits for something else than a processor. */
    WAITS,
    /** It runs, lacks a processor, or waits in native code. */
    UNCLEAR
  }

  /**
   * One look.
   *
   * @param cpuNanos processor time that the thread has had since it began
   */
  record Reading(long cpuNanos, Doing doing) {
    /** So many times as much does a thread get that may be innocent. */
    private static final int DOUBT = 20;

    /**
     * What of the time since the look before was the thread's own doing. Who had no processor did
     * nothing; and when the one who looks is late himself, the machine is starved or the process stood
     * still, so that whoever is waited for may have had none either.
     *
     * @param passed since the look before, ns
     * @param usual from one look to the next, ns
     */
    long charge(Reading before, long passed, long usual) {
      long used = Math.clamp(cpuNanos - before.cpuNanos, 0, passed);
      boolean late = passed > 2 * usual;
      return switch (doing) {
        case RUNS -> used;
        case WAITS -> late ? Math.max(used, 2 * usual / DOUBT) : passed;
        case UNCLEAR -> Math.max(used, Math.min(passed, 2 * usual) / DOUBT);
      };
    }
  }

  /** Called by any thread. */
  Reading read();
}
