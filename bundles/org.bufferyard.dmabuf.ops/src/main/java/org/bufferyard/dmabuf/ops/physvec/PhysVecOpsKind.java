package org.bufferyard.dmabuf.ops.physvec;

import org.bufferyard.api.dmabuf.DmaBufOps;
import org.bufferyard.api.dmabuf.DmaBufOpsKind;
import org.bufferyard.api.dmabuf.ExportedMemory;
import org.bufferyard.api.dmabuf.OpsContext;
import org.bufferyard.api.kernel.Models;
import org.osgi.service.component.annotations.Component;

/** An exporter that uses dma_buf_phys_vec_to_sgt() and refuses nobody. */
@Component
@Models(PhysVecOpsKind.NAME)
public final class PhysVecOpsKind implements DmaBufOpsKind {
  static final String NAME = "phys-vec";

  @Override
  public DmaBufOps open(ExportedMemory memory, OpsContext context) {
    return new PhysVecOps(NAME, memory, context, Importers.ANY);
  }
}
