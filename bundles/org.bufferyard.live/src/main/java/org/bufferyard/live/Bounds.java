package org.bufferyard.live;

/** {@link LiveBounds} as values; milliseconds. */
record Bounds(
    long callMillis,
    long exchangeMillis,
    long leavingMillis,
    long statusMillis,
    int timelineEntries,
    boolean checks) {
  static Bounds of(LiveBounds configured) {
    return new Bounds(
        configured.callMillis(),
        configured.exchangeMillis(),
        configured.leavingMillis(),
        configured.statusMillis(),
        configured.timelineEntries(),
        configured.checks());
  }
}
