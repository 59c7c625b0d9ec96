package org.bufferyard.platform.pipeline;

/**
 * How a frame left its pipeline.
 *
 * @param frame its number, from 0, never used twice
 * @param how one of the three below
 * @param bytes that went through importers' addresses
 * @param bouncedBytes that cores copied into and out of bounce pools for it
 */
public record FrameEnd(long frame, How how, long bytes, long bouncedBytes) {
  /** Ways to leave. */
  public sealed interface How {
    /** Every importer read what was written. */
    record Delivered() implements How {}

    /** An importer read other bytes; the frame counts as dropped with this reason. */
    record Wrong(String reason) implements How {}

    /** It did not get there. */
    record Dropped(String reason, boolean fault) implements How {}
  }
}
