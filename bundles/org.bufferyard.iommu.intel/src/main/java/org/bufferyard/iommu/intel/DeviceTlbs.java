package org.bufferyard.iommu.intel;

import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.bufferyard.api.iommu.IommuUnit;
import org.bufferyard.api.iommu.TlbCounts;

/**
 * TLBs of devices behind a unit (PCI Express ATS; VT-d specification chapter 4): what such a device
 * was told once it uses without asking, until it is told to forget. Which devices have one, and how
 * they take an invalidation, the board says. Engine thread only.
 *
 * <p>Not modelled: page requests, global mappings, the depth of a device's invalidation queue.
 */
final class DeviceTlbs {
  /** {@code "00:10.0 00:11.0=silent"}: requesters, each with what it does with an invalidation. */
  static final String PARAMETER = "device-tlb";

  /** What a device does when it is told to forget. */
  enum Answer {
    /** It forgets and says so. */
    COMPLETES,
    /** It forgets nothing and never answers: a time-out. */
    SILENT,
    /** Likewise, for it is no longer there. */
    GONE,
    /** It forgets, and its completion makes no sense. */
    GARBLED
  }

  private record Device(Iotlb tlb, Answer answer) {}

  private final Map<Integer, Device> devices = new HashMap<>();
  private int silent = -1;
  private int garbled = -1;

  static DeviceTlbs of(IommuUnit unit) {
    DeviceTlbs tlbs = new DeviceTlbs();
    for (String device : unit.parameters().getOrDefault(PARAMETER, "").trim().split("\\s+")) {
      if (!device.isEmpty()) {
        tlbs.add(unit, device);
      }
    }
    return tlbs;
  }

  private void add(IommuUnit unit, String device) {
    int equals = device.indexOf('=');
    String name = equals < 0 ? device : device.substring(0, equals);
    Answer answer =
        switch (equals < 0 ? "completes" : device.substring(equals + 1)) {
          case "completes" -> Answer.COMPLETES;
          case "silent" -> Answer.SILENT;
          case "gone" -> Answer.GONE;
          case "garbled" -> Answer.GARBLED;
          default -> throw refused(unit, device);
        };
    if (!name.matches("[0-9a-f]{2}:[01][0-9a-f]\\.[0-7]")) {
      throw refused(unit, device);
    }
    int source =
        Integer.parseInt(name.substring(0, 2), 16) << 8
            | Integer.parseInt(name.substring(3, 5), 16) << 3
            | name.charAt(6) - '0';
    devices.put(source, new Device(new Iotlb(2), answer));
  }

  private static IllegalArgumentException refused(IommuUnit unit, String device) {
    return new IllegalArgumentException(
        Capabilities.text(
            unit, PARAMETER, device, "devices as 00:10.0, or with =silent, =gone or =garbled"));
  }

  boolean has(int source) {
    return devices.containsKey(source);
  }

  /** pci_device_is_present() of a requester, the other way round. */
  boolean isGone(int source) {
    return devices.containsKey(source) && devices.get(source).answer() == Answer.GONE;
  }

  Optional<Iotlb> of(int source) {
    return devices.isEmpty()
        ? Optional.empty()
        : Optional.ofNullable(devices.get(source)).map(Device::tlb);
  }

  /** What a device tags its translations with: the PASID of the request, 0 for none. */
  static long tag(int pasid) {
    return pasid + 1L;
  }

  /** Tells a device to forget {@code 1 << order} bytes around an address. */
  void invalidate(int source, long tag, long address, int order) {
    Device device = devices.get(source);
    if (device == null) {
      return;
    }
    switch (device.answer()) {
      case COMPLETES -> device.tlb().flushSpan(tag, address, order);
      case SILENT, GONE -> silent = source;
      case GARBLED -> {
        device.tlb().flushSpan(tag, address, order);
        garbled = source;
      }
    }
  }

  /** A device that owes its answer, told once; -1 for none. */
  int takeSilent() {
    int one = silent;
    silent = -1;
    return one;
  }

  /** A device whose answer was wrong, told once; -1 for none. */
  int takeGarbled() {
    int one = garbled;
    garbled = -1;
    return one;
  }

  TlbCounts counts() {
    return devices.values().stream()
        .map(d -> d.tlb().counts())
        .reduce(TlbCounts.NONE, TlbCounts::plus);
  }
}
