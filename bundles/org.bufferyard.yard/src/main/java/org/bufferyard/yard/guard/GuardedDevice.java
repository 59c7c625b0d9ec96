package org.bufferyard.yard.guard;

import org.bufferyard.api.device.Device;
import org.bufferyard.api.device.Frame;
import org.bufferyard.api.device.FrameResult;
import org.bufferyard.platform.registry.PlugInException;

/** A device's hardware whose surprises come out as a {@link PlugInException} that names it. */
public final class GuardedDevice implements Device {
  private final Device plugIn;
  private final PlugIn who;

  public GuardedDevice(Device plugIn, PlugIn who) {
    this.plugIn = plugIn;
    this.who = who;
  }

  @Override
  public FrameResult fill(Frame frame) {
    return who.call("fill", () -> plugIn.fill(frame));
  }

  @Override
  public FrameResult consume(Frame frame) {
    return who.call("consume", () -> plugIn.consume(frame));
  }

  @Override
  public void close() {
    who.close(plugIn::close);
  }
}
