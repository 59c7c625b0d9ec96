package org.bufferyard.check.stream;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Iterator;
import java.util.Map;
import java.util.Optional;
import org.bufferyard.api.dma.DmaDirection;
import org.bufferyard.api.event.DmaEvent;
import org.bufferyard.api.kernel.Rule;
import org.bufferyard.platform.check.CheckRule;
import org.bufferyard.platform.check.CheckSite;
import org.bufferyard.platform.check.Finding;
import org.bufferyard.platform.check.Finding.Clue;
import org.osgi.service.component.annotations.Component;

/**
 * Stale bytes come of a sync that nobody made, or that was made for the wrong direction (C8, C9). The
 * finding names the reader's access and the call that should have been another: the last sync that
 * covered the memory, or the mapping when there was none. Stateless; safe for any thread.
 */
@Component
public final class StaleBytesRule implements CheckRule {
  private static final Rule SYNC = Rule.of("C8", "dma_direct_sync_single_for_cpu");

  /** Mappings and syncs that are remembered. */
  private static final int REMEMBERED = 256;

  /** Reported pages that are remembered. */
  private static final int PAGES = 4096;

  @Override
  public Finding.Family family() {
    return Finding.Family.STREAM;
  }

  @Override
  public Watch open(CheckSite site) {
    return new StaleWatch(new Reports(site));
  }

  /** A call that covered memory of a device. */
  private record Call(String device, long dma, long length, Clue clue) {
    boolean covers(String who, long address) {
      return device.equals(who) && Long.compareUnsigned(address - dma, length) < 0;
    }
  }

  /** Where memory lies for a device. */
  private record Place(String device, long phys, long length, long dma, Clue mapped) {
    boolean holds(long address) {
      return Long.compareUnsigned(address - phys, length) < 0;
    }
  }

  private static final class StaleWatch implements Watch {
    private final Reports reports;

    /** Youngest first. */
    private final Deque<Place> places = new ArrayDeque<>();

    private final Deque<Call> syncs = new ArrayDeque<>();

    /** Memory that was reported, by page: one finding is enough for a missing call. */
    private final Map<Long, Long> reported = new Recent<>(PAGES);

    private StaleWatch(Reports reports) {
      this.reports = reports;
    }

    @Override
    public void see(Clue clue) {
      switch (clue.event()) {
        case DmaEvent.Mapped m ->
            place(new Place(m.element(), m.phys(), m.size(), m.dma(), clue));
        case DmaEvent.SgMapped s -> placeAll(s, clue);
        case DmaEvent.Synced s -> sync(new Call(s.element(), s.dma(), s.size(), clue));
        case DmaEvent.SgSynced s -> {
          for (int i = 0; i < s.dma().length; i++) {
            sync(new Call(s.element(), s.dma()[i], s.lengths()[i], clue));
          }
        }
        case DmaEvent.StaleRead r -> stale(r, clue);
        default -> {}
      }
    }

    /** Entries and segments run over the same bytes in the same order. */
    private void placeAll(DmaEvent.SgMapped s, Clue clue) {
      int segment = 0;
      long used = 0;
      for (int i = 0; i < s.phys().length && segment < s.dma().length; i++) {
        place(
            new Place(
                s.element(), s.phys()[i], s.cpuLengths()[i], s.dma()[segment] + used, clue));
        used += s.cpuLengths()[i];
        if (Long.compareUnsigned(used, s.lengths()[segment]) >= 0) {
          segment++;
          used = 0;
        }
      }
    }

    private void place(Place place) {
      places.addFirst(place);
      if (places.size() > REMEMBERED) {
        places.removeLast();
      }
    }

    private void sync(Call call) {
      syncs.addFirst(call);
      if (syncs.size() > REMEMBERED) {
        syncs.removeLast();
      }
    }

    private void stale(DmaEvent.StaleRead read, Clue clue) {
      boolean cpuReads = read.element().equals(DmaEvent.StaleRead.CPU);
      Optional<Place> place =
          places.stream()
              .filter(p -> p.holds(read.phys()))
              .filter(p -> cpuReads || p.device().equals(read.element()))
              .findFirst();
      long cause = place.map(p -> p.mapped().position()).orElse(-1L);
      if (Long.valueOf(cause).equals(reported.put(read.phys() >>> 12, cause))) {
        return;
      }
      String reader = cpuReads ? "the CPU" : reports.name(read.element());
      String what =
          reader + " reads " + read.wrong() + " stale bytes at 0x" + Long.toHexString(read.phys());
      if (place.isEmpty()) {
        reports.error(SYNC, read.element(), what + ": " + read.why(), clue);
        return;
      }
      Place there = place.get();
      Optional<Clue> wrongWay = wrongSync(there, read.phys(), cpuReads);
      if (wrongWay.isPresent()) {
        reports.error(
            SYNC,
            there.device(),
            what + " after a sync for the other direction",
            wrongWay.get(),
            clue);
      } else {
        reports.error(
            SYNC,
            there.device(),
            what
                + (cpuReads
                    ? ": no sync for the CPU since it was mapped for "
                    : ": no sync for the device since it was mapped for ")
                + reports.name(there.device()),
            there.mapped(),
            clue);
      }
    }

    /** The last sync towards the reader, when it was for a direction that moves nothing to it. */
    private Optional<Clue> wrongSync(Place place, long phys, boolean cpuReads) {
      long dma = place.dma() + (phys - place.phys());
      for (Iterator<Call> calls = syncs.iterator(); calls.hasNext(); ) {
        Call call = calls.next();
        if (call.clue().position() < place.mapped().position()) {
          return Optional.empty();
        }
        if (call.covers(place.device(), dma) && isFor(call.clue().event(), cpuReads)) {
          return isUseless(call.clue().event(), cpuReads)
              ? Optional.of(call.clue())
              : Optional.empty();
        }
      }
      return Optional.empty();
    }

    private static boolean isFor(DmaEvent sync, boolean cpu) {
      return switch (sync) {
        case DmaEvent.Synced s -> s.forDevice() != cpu;
        case DmaEvent.SgSynced s -> s.forDevice() != cpu;
        default -> false;
      };
    }

    private static boolean isUseless(DmaEvent sync, boolean cpu) {
      int direction =
          switch (sync) {
            case DmaEvent.Synced s -> s.direction();
            case DmaEvent.SgSynced s -> s.direction();
            default -> DmaDirection.NONE.code();
          };
      return direction
          == (cpu ? DmaDirection.TO_DEVICE.code() : DmaDirection.FROM_DEVICE.code());
    }
  }
}
