package org.bufferyard.dmabuf;

import org.bufferyard.api.dmabuf.DmaBufs;
import org.bufferyard.platform.yard.DmaBufEngine;
import org.bufferyard.platform.yard.DmaBufEngineContext;
import org.osgi.service.component.annotations.Component;

/**
 * The dma-buf core as a service. Modelled from {@code drivers/dma-buf/dma-buf.c}, {@code dma-resv.c}
 * and the {@code dma-fence} files beside it (SEMANTICS F1-F13, F16).
 *
 * <p>User space on descriptors is {@code DescriptorTable} (F12, F13).
 *
 * <p>Not modelled: threads that sleep for a reservation without a context (the engine thread would wait
 * for itself), what hardware does to meet a fence's deadline.
 */
@Component(service = DmaBufEngine.class)
public final class DmaBufCore implements DmaBufEngine {
  @Override
  public DmaBufs open(DmaBufEngineContext context) {
    return new SharedBuffers(context);
  }
}
