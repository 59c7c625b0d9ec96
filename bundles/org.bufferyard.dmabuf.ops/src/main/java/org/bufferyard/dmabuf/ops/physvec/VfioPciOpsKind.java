package org.bufferyard.dmabuf.ops.physvec;

import org.bufferyard.api.dmabuf.DmaBufOps;
import org.bufferyard.api.dmabuf.DmaBufOpsKind;
import org.bufferyard.api.dmabuf.ExportedMemory;
import org.bufferyard.api.dmabuf.OpsContext;
import org.bufferyard.api.kernel.Models;
import org.osgi.service.component.annotations.Component;

/** {@code vfio_pci_dmabuf_ops}: a BAR for importers that can be told to stop. */
@Component
@Models(VfioPciOpsKind.NAME)
public final class VfioPciOpsKind implements DmaBufOpsKind {
  static final String NAME = "vfio-pci";

  @Override
  public DmaBufOps open(ExportedMemory memory, OpsContext context) {
    return new PhysVecOps(NAME, memory, context, Importers.REVOCABLE);
  }
}
