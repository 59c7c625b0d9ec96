package org.bufferyard.yard;

import java.util.List;
import org.bufferyard.api.device.Device;
import org.bufferyard.api.device.DeviceContext;
import org.bufferyard.api.device.DeviceKind;
import org.bufferyard.api.device.DeviceUnit;
import org.bufferyard.api.device.DriverFacts;
import org.bufferyard.api.device.Frame;
import org.bufferyard.api.device.FrameResult;
import org.bufferyard.api.device.PatternedDevice;
import org.bufferyard.api.kernel.KernelProfile;

/** A device type that writes down what it is asked for. */
record CountingDriver(List<String> calls) implements DeviceKind {
  @Override
  public DriverFacts facts(DeviceUnit unit, KernelProfile kernel) {
    calls.add("facts " + unit.id());
    return DriverFacts.unknown();
  }

  @Override
  public Device open(DeviceUnit unit, DeviceContext context) {
    calls.add("open " + unit.id());
    PatternedDevice plain = new PatternedDevice(context.bus());
    return new Device() {
      @Override
      public FrameResult fill(Frame frame) {
        return plain.fill(frame);
      }

      @Override
      public FrameResult consume(Frame frame) {
        return plain.consume(frame);
      }

      @Override
      public void close() {
        calls.add("close " + unit.id());
      }
    };
  }
}
