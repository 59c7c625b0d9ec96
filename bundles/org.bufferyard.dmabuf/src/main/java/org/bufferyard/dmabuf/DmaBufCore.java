package org.bufferyard.dmabuf;

import org.bufferyard.api.dmabuf.DmaBufs;
import org.bufferyard.platform.yard.DmaBufEngine;
import org.bufferyard.platform.yard.DmaBufEngineContext;
import org.osgi.service.component.annotations.Component;

/**
 * The dma-buf core as a service. Modelled from {@code drivers/dma-buf/dma-buf.c} and {@code
 * dma-resv.c} (SEMANTICS F1-F8, F10, F11, F16).
 *
 * <p>User space on descriptors is {@code DescriptorTable} (F12, F13).
 *
 * <p>Not modelled: pin and move of dynamic exporters (F6; a dynamic exporter is only told apart for
 * the mapping at attach), the hidden page links of DMABUF_DEBUG kernels (F9), peer-to-peer (F14,
 * F15).
 */
@Component(service = DmaBufEngine.class)
public final class DmaBufCore implements DmaBufEngine {
  @Override
  public DmaBufs open(DmaBufEngineContext context) {
    return new SharedBuffers(context);
  }
}
