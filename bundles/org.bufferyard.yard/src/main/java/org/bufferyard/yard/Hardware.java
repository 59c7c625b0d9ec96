package org.bufferyard.yard;

import java.util.HashMap;
import java.util.List;
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
import org.bufferyard.yard.ChosenKinds.Held;
import org.bufferyard.yard.guard.DeviceSite;
import org.bufferyard.yard.guard.Failures;
import org.bufferyard.yard.guard.GuardedDevice;
import org.bufferyard.yard.guard.PlugIn;
import org.bufferyard.yard.guard.Seat;

/** Drivers' facts and opened hardware, from device kinds where there are any. Engine thread only. */
final class Hardware {
  private final ChosenKinds kinds;
  private final KernelProfile kernel;
  private final EventSink events;
  private final Map<LiveDevice, Seat<Device>> open = new HashMap<>();

  Hardware(ChosenKinds kinds, KernelProfile kernel, EventSink events) {
    this.kinds = kinds;
    this.kernel = kernel;
    this.events = events;
  }

  DriverFacts facts(DeviceSpec device) {
    return kinds
        .device(device)
        .map(k -> who(k, device).call("facts", () -> kind(k).facts(unit(device), kernel)))
        .orElseGet(DriverFacts::unknown);
  }

  Device of(LiveDevice device, DeviceBus bus) {
    Seat<Device> opened = open.get(device);
    if (opened == null) {
      opened = open(device, bus);
      open.put(device, opened);
    }
    return opened.instance();
  }

  private Seat<Device> open(LiveDevice device, DeviceBus bus) {
    Optional<Held> held = kinds.device(device.spec());
    if (held.isEmpty()) {
      return Seat.own(new PatternedDevice(bus), device.id());
    }
    PlugIn who = who(held.get(), device.spec());
    DeviceSite site = new DeviceSite(kernel, events, who.standing(), device, bus);
    Device hardware =
        who.open(() -> kind(held.get()).open(unit(device.spec()), site));
    return new Seat<>(
        new GuardedDevice(hardware, who), who, hardware::close, Optional.of(site));
  }

  /** Closes a device's hardware, if it was ever asked for. */
  void close(LiveDevice device) {
    Seat<Device> opened = open.remove(device);
    if (opened != null) {
      opened.close();
    }
  }

  /** Closes what is open of these devices: it is opened anew when somebody asks for it. */
  void closeAll(List<String> devices, Failures failures) {
    List.copyOf(open.keySet()).stream()
        .filter(d -> devices.contains(d.id()))
        .forEach(d -> failures.run(() -> close(d)));
  }

  private PlugIn who(Held kind, DeviceSpec device) {
    return kinds.plugIn(DeviceKind.class, kind, device.model(), device.id());
  }

  private static DeviceKind kind(Held held) {
    return ChosenKinds.service(DeviceKind.class, held);
  }

  private static DeviceUnit unit(DeviceSpec device) {
    return new DeviceUnit(device.id(), device.model(), device.type(), device.attributes());
  }
}
