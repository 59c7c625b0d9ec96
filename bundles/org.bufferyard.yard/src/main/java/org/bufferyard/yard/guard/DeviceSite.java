package org.bufferyard.yard.guard;

import org.bufferyard.api.device.DeviceBus;
import org.bufferyard.api.device.DeviceContext;
import org.bufferyard.api.dma.DmaDevice;
import org.bufferyard.api.event.EventSink;
import org.bufferyard.api.kernel.KernelProfile;

/** The context of a device's hardware. */
public final class DeviceSite extends RevocableContext implements DeviceContext {
  private final DmaDevice device;
  private final DeviceBus bus;

  public DeviceSite(
      KernelProfile kernel,
      EventSink events,
      Standing standing,
      DmaDevice device,
      DeviceBus bus) {
    super(kernel, events, standing);
    this.device = device;
    this.bus = bus;
  }

  @Override
  public DmaDevice device() {
    check();
    return device;
  }

  @Override
  public DeviceBus bus() {
    check();
    return bus;
  }
}
