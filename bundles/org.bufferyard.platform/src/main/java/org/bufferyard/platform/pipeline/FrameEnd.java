package org.bufferyard.platform.pipeline;

import java.util.Objects;

/**
 * How a frame left its pipeline.
 *
 * @param frame its number, from 0, never used twice
 * @param how one of the three below
 * @param bytes that went through importers' addresses
 * @param bouncedBytes that cores copied into and out of bounce pools for it
 * @param copies how often a core moved bytes of it: bounces, and user space reading or drawing it
 */
public record FrameEnd(long frame, How how, long bytes, long bouncedBytes, int copies) {
  /** Ways to leave. */
  public sealed interface How {
    /** Every importer read what was written. */
    record Delivered() implements How {}

    /**
     * A reader got other bytes than were written; the frame counts as dropped with this reason.
     *
     * @param fault whether the hardware stopped it half-way
     */
    record Wrong(String reason, boolean fault) implements How {}

    /**
     * It did not get there, and nobody read it.
     *
     * @param fault whether the hardware stopped the exporter
     */
    record Dropped(String reason, boolean fault) implements How {}
  }

  public FrameEnd {
    Objects.requireNonNull(how, "how");
  }
}
