package org.bufferyard.dma;

import org.bufferyard.api.dma.Dma;
import org.bufferyard.platform.yard.DmaEngine;
import org.bufferyard.platform.yard.DmaEngineContext;
import org.osgi.service.component.annotations.Component;

/** Opens the DMA API of a yard. Stateless. */
@Component
public final class DmaApiEngine implements DmaEngine {
  @Override
  public Dma open(DmaEngineContext context) {
    return new DmaApi(context);
  }
}
