package org.bufferyard.topology;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.bufferyard.api.dma.DmaRange;
import org.bufferyard.api.dma.DmaRangeMap;
import org.bufferyard.platform.board.RemarkRules;
import org.bufferyard.platform.spec.DeviceSpec.Reach;
import org.bufferyard.topology.model.board.Architecture;
import org.bufferyard.topology.model.board.Bus;
import org.bufferyard.topology.model.board.Coherency;
import org.bufferyard.topology.model.board.Device;
import org.bufferyard.topology.model.board.Topology;
import org.eclipse.emf.common.util.TreeIterator;
import org.eclipse.emf.ecore.EObject;

/**
 * What a device can address: its dma_range_map (A3, A4), masks and bus limit (A5), coherency (A6).
 * {@code drivers/of/address.c: of_dma_get_range()}, {@code drivers/of/device.c:
 * of_dma_configure_id()}.
 */
final class DmaReach {
  private static final long MASK_32 = 0xffff_ffffL;

  private final Topology board;
  private final Problems problems;

  DmaReach(Topology board, Problems problems) {
    this.board = board;
    this.problems = problems;
  }

  /**
   * The last CPU address that everybody on a bus with windows reaches; all ones without such a bus.
   * {@code drivers/of/address.c: of_dma_get_max_cpu_address()}.
   */
  static long lowestEnd(Topology board) {
    long lowest = -1L;
    for (TreeIterator<EObject> all = board.eAllContents(); all.hasNext(); ) {
      if (all.next() instanceof Bus bus && !DmaWay.isDisabled(bus)) {
        long end = bus.getDmaRanges().isEmpty() ? -1L : cpuEnd(regions(bus));
        lowest = Long.compareUnsigned(end, lowest) < 0 ? end : lowest;
      }
    }
    return lowest;
  }

  private static long cpuEnd(List<DmaRange> regions) {
    long end = regions.isEmpty() ? -1L : 0;
    for (DmaRange region : regions) {
      long last = region.cpu() + region.size() - 1;
      end = Long.compareUnsigned(last, end) > 0 ? last : end;
    }
    return end;
  }

  Reach of(Device device) {
    Optional<List<DmaRange>> map = map(device);
    // A5: without a map the end is the mask itself, which changes nothing.
    long end = map.map(DmaReach::end).orElse(MASK_32);
    long bound = Spans.mask(64 - Long.numberOfLeadingZeros(end));
    long fresh = MASK_32 & bound;
    long dmaMask = device.isSetDmaMaskBits() ? Spans.mask(device.getDmaMaskBits()) : fresh;
    long coherentMask =
        device.isSetCoherentMaskBits() ? Spans.mask(device.getCoherentMaskBits()) : fresh;
    return new Reach(
        OptionalLong.of(dmaMask),
        coherentMask,
        map.isPresent() ? end : 0,
        map.map(DmaRangeMap::new).orElse(DmaRangeMap.IDENTITY),
        isCoherent(device),
        device.isSetDmaMaskBits() || device.isSetCoherentMaskBits());
  }

  private static long end(List<DmaRange> regions) {
    long end = 0;
    for (DmaRange region : regions) {
      long last = region.dma() + region.size() - 1;
      end = Long.compareUnsigned(last, end) > 0 ? last : end;
    }
    return end;
  }

  /**
   * A3: the first bus on the way that has windows; an absent property is tolerated only at first.
   */
  private Optional<List<DmaRange>> map(Device device) {
    Optional<Bus> at = DmaWay.parent(device);
    boolean first = true;
    while (at.isPresent()) {
      Bus bus = at.get();
      if (!bus.getDmaRanges().isEmpty()) {
        return usable(device, bus);
      }
      if (!bus.isEmptyDmaRanges() && !first) {
        return Optional.empty(); // -ENODEV
      }
      first = false;
      at = DmaWay.parent(bus);
    }
    return Optional.empty(); // -ENODEV
  }

  private Optional<List<DmaRange>> usable(Device device, Bus bus) {
    List<DmaRange> regions = regions(bus);
    if (regions.isEmpty()) {
      problems.warn(
          RemarkRules.NO_WINDOW,
          device,
          "no window of bus '"
              + Elements.label(bus)
              + "' leads to memory: Linux would not probe the"
              + " device, -EINVAL (A4)",
          "correct the dmaRanges on the way");
      return Optional.empty();
    }
    return Optional.of(regions);
  }

  /** A4: parent addresses translated upwards, unusable entries skipped, neighbours merged. */
  private static List<DmaRange> regions(Bus bus) {
    List<DmaRange> regions = new ArrayList<>();
    long flags = 0;
    for (var entry : bus.getDmaRanges()) {
      OptionalLong cpu = translate(entry.getParent(), DmaWay.parent(bus));
      if (cpu.isEmpty()) {
        continue;
      }
      DmaRange next = new DmaRange(cpu.getAsLong(), entry.getDma(), entry.getSize());
      DmaRange last = regions.isEmpty() ? null : regions.getLast();
      if (last != null
          && flags == entry.getFlags()
          && last.dma() + last.size() == next.dma()
          && last.cpu() + last.size() == next.cpu()) {
        regions.set(
            regions.size() - 1, new DmaRange(last.cpu(), last.dma(), last.size() + next.size()));
      } else {
        regions.add(next);
      }
      flags = entry.getFlags();
    }
    return regions;
  }

  /** One address through the windows of a bus and those above; absent or empty windows are 1:1. */
  private static OptionalLong translate(long address, Optional<Bus> from) {
    long at = address;
    for (Optional<Bus> bus = from; bus.isPresent(); bus = DmaWay.parent(bus.get())) {
      if (bus.get().getDmaRanges().isEmpty()) {
        continue;
      }
      OptionalLong up = throughWindows(at, bus.get());
      if (up.isEmpty()) {
        return up;
      }
      at = up.getAsLong();
    }
    return OptionalLong.of(at);
  }

  private static OptionalLong throughWindows(long address, Bus bus) {
    for (var window : bus.getDmaRanges()) {
      long offset = address - window.getDma();
      if (Long.compareUnsigned(offset, window.getSize()) < 0) {
        return OptionalLong.of(window.getParent() + offset);
      }
    }
    return OptionalLong.empty();
  }

  /** A6: the nearest that says so decides, else the platform. */
  private boolean isCoherent(Device device) {
    Coherency said = device.getCoherency();
    Optional<Bus> at = DmaWay.parent(device);
    while (said == Coherency.INHERITED && at.isPresent()) {
      said = at.get().getCoherency();
      at = DmaWay.parent(at.get());
    }
    return switch (said) {
      case COHERENT -> true;
      case NONCOHERENT -> false;
      case INHERITED ->
          board.isSetDmaDefaultCoherent()
              ? board.isDmaDefaultCoherent()
              : board.getArchitecture() == Architecture.X86;
    };
  }
}
