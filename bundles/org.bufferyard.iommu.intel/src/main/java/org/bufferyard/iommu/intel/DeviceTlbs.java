package org.bufferyard.iommu.intel;

import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import org.bufferyard.api.iommu.IommuUnit;
import org.bufferyard.api.iommu.TlbCounts;
import org.bufferyard.iommu.intel.InvalidationDescriptor.PageGroupResponse;

/**
 * TLBs of devices behind a unit (PCI Express ATS; VT-d specification chapter 4): what such a device
 * was told once it uses without asking, until it is told to forget. Which devices have one, and how
 * they take an invalidation, the board says. Engine thread only.
 *
 * <p>A device that may ask for pages ({@code AccessAttributes.requestsPages}) numbers its requests and
 * waits for the response to each: one is out at a time.
 *
 * <p>Not modelled: the depth of a device's invalidation queue, page requests ahead of an access.
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

  /** No response yet. */
  static final int PENDING = -1;

  private static final class Device {
    final Iotlb tlb = new Iotlb(2);
    final Answer answer;

    /** PRG index of the last page request: 9 bits. */
    int group;

    /** Code of its response. */
    int response = PENDING;

    /** After a response failure PRI is stopped. */
    boolean stopped;

    Device(Answer answer) {
      this.answer = answer;
    }
  }

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
    devices.put(source, new Device(answer));
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
    return devices.containsKey(source) && devices.get(source).answer == Answer.GONE;
  }

  Optional<Iotlb> of(int source) {
    return devices.isEmpty()
        ? Optional.empty()
        : Optional.ofNullable(devices.get(source)).map(d -> d.tlb);
  }

  /** What a device tags its translations with: the PASID of the request, 0 for none. */
  static long tag(int pasid, boolean privileged) {
    return pasid + 1L | (privileged ? Iotlb.UNSEEN : 0);
  }

  /** Tells a device to forget {@code 1 << order} bytes around an address. */
  void invalidate(int source, int pasid, long address, int order) {
    forget(source, tlb -> tlb.flushSpan(tag(pasid, false), address, order));
  }

  /** Likewise for all its address spaces: G of a PASID-based invalidation. */
  void invalidateAll(int source, long address, int order) {
    forget(source, tlb -> tlb.flushEverySpan(address, order));
  }

  private void forget(int source, Consumer<Iotlb> what) {
    Device device = devices.get(source);
    if (device == null) {
      return;
    }
    switch (device.answer) {
      case COMPLETES -> what.accept(device.tlb);
      case SILENT, GONE -> silent = source;
      case GARBLED -> {
        what.accept(device.tlb);
        garbled = source;
      }
    }
  }

  /** Whether a device has PRI enabled. */
  boolean mayAsk(int source) {
    return devices.containsKey(source) && !devices.get(source).stopped;
  }

  /** The group of a device's next page request, for which it waits from now on. */
  int nextGroup(int source) {
    Device device = devices.get(source);
    device.group = device.group + 1 & 0x1ff;
    device.response = PENDING;
    return device.group;
  }

  /** A page group response; one that nobody waits for is dropped. */
  void respond(int source, int group, int code) {
    Device device = devices.get(source);
    if (device != null && device.group == group) {
      device.response = code;
      device.stopped |= code == PageGroupResponse.FAILURE;
    }
  }

  /** Code of the response to the last page request, or {@link #PENDING}. */
  int response(int source) {
    return devices.get(source).response;
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
        .map(d -> d.tlb.counts())
        .reduce(TlbCounts.NONE, TlbCounts::plus);
  }
}
