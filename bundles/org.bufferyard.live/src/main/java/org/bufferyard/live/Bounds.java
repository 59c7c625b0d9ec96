package org.bufferyard.live;

/** {@link LiveBounds} as values; times in milliseconds. */
record Bounds(
    long callMillis,
    long exchangeMillis,
    long leavingMillis,
    long statusMillis,
    int timelineEntries,
    int busiestMappings,
    boolean checks) {
  static Bounds of(LiveBounds configured) {
    return new Bounds(
        configured.callMillis(),
        configured.exchangeMillis(),
        configured.leavingMillis(),
        configured.statusMillis(),
        configured.timelineEntries(),
        configured.busiestMappings(),
        configured.checks());
  }
}
