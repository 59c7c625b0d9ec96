package org.bufferyard.platform.yard;

import org.bufferyard.api.dma.Dma;
import org.osgi.annotation.versioning.ProviderType;

/** The DMA API as a service: opens one instance a yard. Stateless. */
@ProviderType
public interface DmaEngine {
  Dma open(DmaEngineContext context);
}
