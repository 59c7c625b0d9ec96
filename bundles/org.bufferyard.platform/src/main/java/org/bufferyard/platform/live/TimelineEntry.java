package org.bufferyard.platform.live;

/**
 * One thing that happened.
 *
 * @param number rising, no gaps unless the past was cut
 * @param nanos since the yard was opened
 * @param element id of a model element, pipeline name, or empty
 * @param text one line for people
 */
public record TimelineEntry(long number, long nanos, Kind kind, String element, String text) {
  /** What it is about. */
  public enum Kind {
    SWAP,
    QUARANTINE,
    REBUILD,
    PIPELINE,
    FAULT,
    DROP,
    FINDING
  }
}
