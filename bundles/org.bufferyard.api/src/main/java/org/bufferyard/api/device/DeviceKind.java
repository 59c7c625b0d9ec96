package org.bufferyard.api.device;

import org.bufferyard.api.kernel.KernelProfile;
import org.osgi.annotation.versioning.ConsumerType;

/** A device type: its driver's habits and its hardware. A stateless service. */
@ConsumerType
public interface DeviceKind {
  /** What the driver of this device asks for and does, beyond what the board says. */
  DriverFacts facts(DeviceUnit unit, KernelProfile kernel);

  /** The hardware of one device of one yard. */
  Device open(DeviceUnit unit, DeviceContext context);
}
