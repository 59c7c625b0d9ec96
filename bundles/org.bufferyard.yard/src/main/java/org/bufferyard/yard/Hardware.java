package org.bufferyard.yard;

import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.bufferyard.api.device.Device;
import org.bufferyard.api.device.DeviceBus;
import org.bufferyard.api.device.DeviceKind;
import org.bufferyard.api.device.DeviceUnit;
import org.bufferyard.api.device.DriverFacts;
import org.bufferyard.api.device.PatternedDevice;
import org.bufferyard.api.event.EventSink;
import org.bufferyard.api.kernel.KernelProfile;
import org.bufferyard.platform.spec.DeviceSpec;

/** Drivers' facts and opened hardware, from device kinds where there are any. Engine thread only. */
final class Hardware {
  /** An opened device and its context. */
  private record Opened(Device device, Optional<DeviceSite> site) {}

  private final ChosenKinds kinds;
  private final KernelProfile kernel;
  private final EventSink events;
  private final Map<LiveDevice, Opened> open = new HashMap<>();

  Hardware(ChosenKinds kinds, KernelProfile kernel, EventSink events) {
    this.kinds = kinds;
    this.kernel = kernel;
    this.events = events;
  }

  DriverFacts facts(DeviceSpec device) {
    return kinds
        .device(device)
        .map(k -> who(k, device).call("facts", () -> k.facts(unit(device), kernel)))
        .orElseGet(DriverFacts::unknown);
  }

  Device of(LiveDevice device, DeviceBus bus) {
    Opened opened = open.get(device);
    if (opened == null) {
      opened = open(device, bus);
      open.put(device, opened);
    }
    return opened.device();
  }

  private Opened open(LiveDevice device, DeviceBus bus) {
    Optional<DeviceKind> kind = kinds.device(device.spec());
    if (kind.isEmpty()) {
      return new Opened(new PatternedDevice(bus), Optional.empty());
    }
    PlugIn who = who(kind.get(), device.spec());
    DeviceSite site = new DeviceSite(kernel, events, device, bus);
    Device hardware = who.open(() -> kind.get().open(unit(device.spec()), site));
    return new Opened(new GuardedDevice(hardware, who), Optional.of(site));
  }

  /** Closes a device's hardware, if it was ever asked for. */
  void close(LiveDevice device) {
    Opened opened = open.remove(device);
    if (opened == null) {
      return;
    }
    try {
      opened.device().close();
    } finally {
      opened.site().ifPresent(DeviceSite::revoke);
    }
  }

  private PlugIn who(DeviceKind kind, DeviceSpec device) {
    return kinds.plugIn(DeviceKind.class, kind, device.model(), device.id());
  }

  private static DeviceUnit unit(DeviceSpec device) {
    return new DeviceUnit(device.id(), device.model(), device.type(), device.attributes());
  }
}
