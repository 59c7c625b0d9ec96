package org.bufferyard.itest.board.npu;

import org.bufferyard.api.device.Device;
import org.bufferyard.api.device.DeviceContext;
import org.bufferyard.api.device.DeviceKind;
import org.bufferyard.api.device.DeviceUnit;
import org.bufferyard.api.device.DriverFacts;
import org.bufferyard.api.kernel.KernelProfile;

/** The code of a device bundle that a test makes: it runs there, with that bundle's loader. */
public final class NpuKind implements DeviceKind {
  @Override
  public DriverFacts facts(DeviceUnit unit, KernelProfile kernel) {
    return DriverFacts.unknown();
  }

  @Override
  public Device open(DeviceUnit unit, DeviceContext context) {
    throw new UnsupportedOperationException("has no hardware");
  }
}
