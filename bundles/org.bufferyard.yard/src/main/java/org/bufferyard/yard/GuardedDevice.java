package org.bufferyard.yard;

import org.bufferyard.api.device.Device;
import org.bufferyard.api.device.Frame;
import org.bufferyard.api.device.FrameResult;
import org.bufferyard.platform.registry.PlugInException;

/** A device's hardware whose surprises come out as a {@link PlugInException} that names it. */
final class GuardedDevice implements Device {
  private final Device plugIn;
  private final PlugIn who;

  GuardedDevice(Device plugIn, PlugIn who) {
    this.plugIn = plugIn;
    this.who = who;
  }

  @Override
  public FrameResult fill(Frame frame) {
    try {
      return who.notNull(plugIn.fill(frame), "fill");
    } catch (RuntimeException | LinkageError | AssertionError | StackOverflowError thrown) {
      throw who.failure("fill", thrown);
    }
  }

  @Override
  public FrameResult consume(Frame frame) {
    try {
      return who.notNull(plugIn.consume(frame), "consume");
    } catch (RuntimeException | LinkageError | AssertionError | StackOverflowError thrown) {
      throw who.failure("consume", thrown);
    }
  }

  @Override
  public void close() {
    try {
      plugIn.close();
    } catch (RuntimeException | LinkageError | AssertionError | StackOverflowError thrown) {
      throw who.failure("close", thrown);
    }
  }
}
