package org.bufferyard.platform.yard;

import org.bufferyard.api.dmabuf.DmaBufs;
import org.osgi.annotation.versioning.ProviderType;

/** The dma-buf core as a service: opens one instance a yard. Stateless. */
@ProviderType
public interface DmaBufEngine {
  DmaBufs open(DmaBufEngineContext context);
}
