package org.bufferyard.dmabuf.ops.prime;

import org.bufferyard.api.dmabuf.DmaBufOps;
import org.bufferyard.api.dmabuf.DmaBufOpsKind;
import org.bufferyard.api.dmabuf.ExportedMemory;
import org.bufferyard.api.dmabuf.OpsContext;
import org.bufferyard.api.kernel.Models;
import org.osgi.service.component.annotations.Component;

/** The ops of {@code drm_prime.c} over DMA-allocated GEM objects. */
@Component
@Models(PrimeOpsKind.NAME)
public final class PrimeOpsKind implements DmaBufOpsKind {
  static final String NAME = "prime";

  @Override
  public DmaBufOps open(ExportedMemory memory, OpsContext context) {
    return new PrimeOps(memory, context);
  }
}
