package org.bufferyard.api.device;

import org.bufferyard.api.dma.DmaDevice;
import org.bufferyard.api.event.KindContext;
import org.osgi.annotation.versioning.ProviderType;

/** What the yard gives a device. */
@ProviderType
public interface DeviceContext extends KindContext {
  DmaDevice device();

  DeviceBus bus();
}
