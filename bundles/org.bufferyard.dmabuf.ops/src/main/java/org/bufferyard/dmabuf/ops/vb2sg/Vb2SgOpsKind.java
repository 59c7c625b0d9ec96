package org.bufferyard.dmabuf.ops.vb2sg;

import org.bufferyard.api.dmabuf.DmaBufOps;
import org.bufferyard.api.dmabuf.DmaBufOpsKind;
import org.bufferyard.api.dmabuf.ExportedMemory;
import org.bufferyard.api.dmabuf.OpsContext;
import org.bufferyard.api.kernel.Models;
import org.osgi.service.component.annotations.Component;

/** The ops of {@code videobuf2-dma-sg.c}, the same in every modelled release. */
@Component
@Models(Vb2SgOpsKind.NAME)
public final class Vb2SgOpsKind implements DmaBufOpsKind {
  static final String NAME = "vb2-sg";

  @Override
  public DmaBufOps open(ExportedMemory memory, OpsContext context) {
    return new Vb2SgOps(memory, context);
  }
}
