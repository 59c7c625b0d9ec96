package org.bufferyard.platform.live;

import java.util.List;
import org.bufferyard.platform.scenario.RunReport.Dropped;

/**
 * One pipeline at one moment. Frames in = out + in flight + dropped.
 *
 * @param exporter id
 * @param importers ids
 * @param reason why it is not streaming; empty while it is
 * @param framesPerSecond measured over the last second
 * @param dropped with reasons, the most frequent first
 */
public record PipelineStatus(
    String name,
    String exporter,
    List<String> importers,
    State state,
    String reason,
    double framesPerSecond,
    long framesIn,
    long framesOut,
    long framesInFlight,
    List<Dropped> dropped,
    long wrongChecksums,
    long bytes,
    long bouncedBytes,
    long copies,
    long faults) {
  /** What it is doing. */
  public enum State {
    STREAMING,
    /** Held at a frame boundary for a swap. */
    DRAINED,
    /** Something that it needs is not there; it goes on when that comes. */
    PARKED,
    /** Somebody stopped it. */
    STOPPED,
    /** The modelled kernel refused or died; a start tries again. */
    FAILED
  }

  public PipelineStatus {
    importers = List.copyOf(importers);
    dropped = List.copyOf(dropped);
  }

  public long framesDropped() {
    return dropped.stream().mapToLong(Dropped::frames).sum();
  }
}
