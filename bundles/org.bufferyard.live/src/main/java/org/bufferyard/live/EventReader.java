package org.bufferyard.live;

import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import org.bufferyard.api.event.DmaEvent;
import org.bufferyard.platform.check.CheckSession;
import org.bufferyard.platform.check.Finding;
import org.bufferyard.platform.live.TimelineEntry.Kind;
import org.bufferyard.platform.yard.EventLog;
import org.bufferyard.platform.yard.YardState;

/**
 * Reads what a yard wrote and has it forgotten, so that memory stays bounded however long it runs.
 * Engine thread only.
 */
final class EventReader {
  private final Supplier<Optional<CheckSession>> sessions;
  private final DeviceTallies devices;
  private final MappingTallies mappings;
  private final Timeline timeline;
  private Optional<CheckSession> session = Optional.empty();
  private long mark;

  EventReader(
      Supplier<Optional<CheckSession>> sessions,
      DeviceTallies devices,
      MappingTallies mappings,
      Timeline timeline) {
    this.sessions = sessions;
    this.devices = devices;
    this.mappings = mappings;
    this.timeline = timeline;
  }

  /** A state that nothing was read of yet. */
  void begin(YardState yard) {
    yard.events().record(true);
    mappings.begin();
    session = sessions.get();
    mark = yard.events().mark();
  }

  void readOn(YardState yard) {
    EventLog log = yard.events();
    List<DmaEvent> events = log.since(mark);
    for (DmaEvent event : events) {
      read(event);
    }
    if (session.isPresent()) {
      for (Finding finding : session.get().read(events)) {
        timeline.add(Kind.FINDING, finding.element(), finding.rule() + ": " + finding.text());
      }
    }
    mark = log.mark();
    log.forgetBefore(mark);
  }

  private void read(DmaEvent event) {
    mappings.read(event);
    switch (event) {
      case DmaEvent.Bounced bounced -> devices.bounced(bounced.element(), bounced.size());
      case DmaEvent.Faulted faulted -> devices.faulted(faulted.element());
      case DmaEvent.PlatformChanged changed ->
          timeline.add(Kind.SWAP, changed.element(), changed.what());
      default -> {
        // What else happens counts for the checker only.
      }
    }
  }
}
