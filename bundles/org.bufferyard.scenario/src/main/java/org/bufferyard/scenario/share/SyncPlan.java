package org.bufferyard.scenario.share;

import java.util.List;
import java.util.Optional;
import org.bufferyard.api.dma.DmaDirection;
import org.bufferyard.platform.scenario.SyncChange;

/** Which syncs are made, and with which direction. */
public record SyncPlan(List<SyncChange> changes) {
  /** All of them, as they should be. */
  public static final SyncPlan RIGHT = new SyncPlan(List.of());

  public SyncPlan {
    changes = List.copyOf(changes);
  }

  /** The direction that a sync is called with; empty: it is left out. */
  public Optional<DmaDirection> at(SyncChange.Point point, DmaDirection right) {
    for (SyncChange change : changes) {
      if (change.at() == point) {
        return change.direction();
      }
    }
    return Optional.of(right);
  }
}
