package org.bufferyard.live;

/** How long a running yard waits for whom: the configuration of {@link RunningYards}. */
public @interface LiveBounds {
  /** For one call into a plug-in. */
  long callMillis() default 1000;

  /** For the engine thread to take up and finish an exchange of plug-ins. */
  long exchangeMillis() default 10_000;

  /** For which a plug-in that leaves is kept waiting; below the time that SCR waits for a lock. */
  long leavingMillis() default 1000;

  /** For which a question about a yard waits for its engine thread; then the last answer counts. */
  long statusMillis() default 250;

  /** Entries of a timeline that are kept. */
  int timelineEntries() default 4096;

  /** Single mappings, the busiest, that a status shows. */
  int busiestMappings() default 12;

  /** Whether the rules of misuse read along. */
  boolean checks() default true;
}
