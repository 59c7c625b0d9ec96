package org.bufferyard.dmabuf.ops.coherentremap;

import org.bufferyard.api.dmabuf.DmaBufOps;
import org.bufferyard.api.dmabuf.DmaBufOpsKind;
import org.bufferyard.api.dmabuf.ExportedMemory;
import org.bufferyard.api.dmabuf.OpsContext;
import org.bufferyard.api.kernel.Models;
import org.osgi.service.component.annotations.Component;

/** The ops that the proposal installs on buffers of coherent memory. */
@Component
@Models(CoherentRemapOpsKind.NAME)
public final class CoherentRemapOpsKind implements DmaBufOpsKind {
  static final String NAME = "coherent-remap";

  @Override
  public DmaBufOps open(ExportedMemory memory, OpsContext context) {
    return new CoherentRemapOps(memory, context);
  }
}
