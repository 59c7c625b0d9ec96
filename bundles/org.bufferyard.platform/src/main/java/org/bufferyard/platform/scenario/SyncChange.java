package org.bufferyard.platform.scenario;

import java.util.Objects;
import java.util.Optional;
import org.bufferyard.api.dma.DmaDirection;

/**
 * A sync that is not made as it should be.
 *
 * @param direction what it is called with instead; empty: it is left out
 */
public record SyncChange(Point at, Optional<DmaDirection> direction) {

  /** Where memory is synced between a CPU and a device. */
  public enum Point {
    /** vb2_dc_prepare(): for the device. */
    EXPORTER_PREPARE,
    /** vb2_dc_finish(): for the CPU. */
    EXPORTER_FINISH,
    /** DMA_BUF_SYNC_START: for the CPU. */
    CPU_BEGIN,
    /** DMA_BUF_SYNC_END: for the device. */
    CPU_END
  }

  public SyncChange {
    Objects.requireNonNull(at, "at");
    Objects.requireNonNull(direction, "direction");
  }
}
