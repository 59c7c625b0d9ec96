package org.bufferyard.api.contract;

import java.util.function.LongConsumer;
import java.util.stream.LongStream;

/**
 * The seeds of randomized rules: three fixed ones and a fresh one. Each is printed before it runs;
 * {@code -Dbufferyard.seed=N} runs that one alone.
 */
public final class Seeds {

  private Seeds() {}

  /** Runs {@code body} once a seed. */
  public static void each(String rule, LongConsumer body) {
    Long only = Long.getLong("bufferyard.seed");
    long[] seeds =
        only != null
            ? new long[] {only}
            : LongStream.of(1, 42, 20170424, System.nanoTime()).toArray();
    for (long seed : seeds) {
      System.out.println(rule + ": seed " + seed);
      body.accept(seed);
    }
  }
}
