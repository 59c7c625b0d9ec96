package org.bufferyard.dmabuf.ops.vb2contig;

import org.bufferyard.api.dmabuf.DmaBufOps;
import org.bufferyard.api.dmabuf.DmaBufOpsKind;
import org.bufferyard.api.dmabuf.ExportedMemory;
import org.bufferyard.api.dmabuf.OpsContext;
import org.bufferyard.api.kernel.Models;
import org.osgi.service.component.annotations.Component;

/** The ops of {@code videobuf2-dma-contig.c}, the same in every modelled release. */
@Component
@Models(Vb2ContigOpsKind.NAME)
public final class Vb2ContigOpsKind implements DmaBufOpsKind {
  static final String NAME = "vb2-contig";

  @Override
  public DmaBufOps open(ExportedMemory memory, OpsContext context) {
    return new Vb2ContigOps(memory, context);
  }
}
