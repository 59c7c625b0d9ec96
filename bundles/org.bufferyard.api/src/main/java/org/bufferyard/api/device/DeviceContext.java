package org.bufferyard.api.device;

import org.bufferyard.api.dma.DmaDevice;
import org.bufferyard.api.event.KindContext;
import org.osgi.annotation.versioning.ProviderType;

/**
 * What the yard gives a device: who it is, and the bus that is its only way to memory. Valid until
 * the device is closed or revoked; a call afterwards throws. Engine thread only.
 */
@ProviderType
public interface DeviceContext extends KindContext {
  DmaDevice device();

  DeviceBus bus();
}
