package org.bufferyard.api.device;

import java.util.Objects;
import java.util.Optional;
import org.bufferyard.api.iommu.Translation;

/**
 * What became of a frame.
 *
 * @param checksum CRC-32C of the bytes that went over the bus, in frame order
 * @param fault what stopped it, if anything did
 */
public record FrameResult(long checksum, Optional<Translation.Fault> fault) {
  public FrameResult {
    Objects.requireNonNull(fault, "fault");
  }
}
