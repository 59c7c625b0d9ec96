package org.bufferyard.topology;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.bufferyard.api.memory.PhysRange;
import org.bufferyard.topology.model.board.Bus;
import org.bufferyard.topology.model.board.Device;
import org.bufferyard.topology.model.board.DmaRange;
import org.bufferyard.topology.model.board.Iommu;
import org.bufferyard.topology.model.board.IommuAddress;
import org.bufferyard.topology.model.board.IommuWindow;
import org.bufferyard.topology.model.board.ReservedPool;
import org.bufferyard.topology.model.board.Topology;
import org.bufferyard.topology.model.board.WindowKind;

/**
 * The pieces of a device's IOVA space that the DMA API never hands out, and those mapped 1:1 (D3).
 * {@code dma-iommu.c: iova_reserve_pci_windows(), iova_reserve_iommu_regions()}, {@code of_iommu.c:
 * of_iommu_get_resv_regions()}.
 */
final class IovaReservations {
  private final List<PhysRange> reserved = new ArrayList<>();
  private final List<PhysRange> identity = new ArrayList<>();

  /**
   * @param spoken the {@code iommu-addresses} entries that name the device
   */
  IovaReservations(Device device, List<Iommu> iommus, List<IommuAddress> spoken) {
    if (device.isPci()) {
      hostBridge(device).ifPresent(this::bridge);
    }
    iommus.forEach(this::windows);
    spoken.forEach(this::address);
  }

  /** All {@code iommu-addresses} of a board by the device they name, in file order. */
  static Map<Device, List<IommuAddress>> spoken(Topology board) {
    Map<Device, List<IommuAddress>> spoken = new HashMap<>();
    board
        .eAllContents()
        .forEachRemaining(
            e -> {
              if (e instanceof IommuAddress address && address.getDevice() != null) {
                spoken.computeIfAbsent(address.getDevice(), d -> new ArrayList<>()).add(address);
              }
            });
    return spoken;
  }

  List<PhysRange> reserved() {
    return List.copyOf(reserved);
  }

  List<PhysRange> identity() {
    return List.copyOf(identity);
  }

  private static Optional<Bus> hostBridge(Device device) {
    Optional<Bus> at = DmaWay.parent(device);
    Optional<Bus> bridge = Optional.empty();
    while (at.isPresent()) {
      bridge = at.get().isPci() ? at : bridge;
      at = DmaWay.parent(at.get());
    }
    return bridge;
  }

  private void bridge(Bus bus) {
    bus.getWindows().forEach(w -> Spans.of(w).ifPresent(reserved::add));
    List<DmaRange> inbound =
        bus.getDmaRanges().stream()
            .sorted(Comparator.comparing(DmaRange::getDma, Long::compareUnsigned))
            .toList();
    if (inbound.isEmpty()) {
      return;
    }
    long next = 0;
    for (DmaRange range : inbound) {
      if (Long.compareUnsigned(range.getDma(), next) > 0) {
        reserved.add(new PhysRange(next, range.getDma() - next));
      }
      next = range.getDma() + range.getSize();
    }
    if (next != 0) {
      reserved.add(new PhysRange(next, -next)); // up to the end of the address space
    }
  }

  private void windows(Iommu iommu) {
    for (IommuWindow window : iommu.getWindows()) {
      Optional<PhysRange> range = Spans.of(window.getBase(), window.getSize());
      if (range.isEmpty() || window.getKind() == WindowKind.SW_MSI) {
        continue;
      }
      reserved.add(range.get());
      if (window.getKind() == WindowKind.DIRECT
          || window.getKind() == WindowKind.DIRECT_RELAXABLE) {
        identity.add(range.get());
      }
    }
  }

  private void address(IommuAddress address) {
    Optional<PhysRange> range = Spans.of(address.getIova(), address.getSize());
    range.ifPresent(reserved::add);
    // 1:1 only when it is the very region, else merely kept free.
    if (address.eContainer() instanceof ReservedPool pool
        && range.isPresent()
        && range.equals(MemoryCheck.range(pool))) {
      identity.add(range.get());
    }
  }
}
