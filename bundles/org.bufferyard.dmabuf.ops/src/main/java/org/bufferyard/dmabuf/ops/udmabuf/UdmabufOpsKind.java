package org.bufferyard.dmabuf.ops.udmabuf;

import org.bufferyard.api.dmabuf.DmaBufOps;
import org.bufferyard.api.dmabuf.DmaBufOpsKind;
import org.bufferyard.api.dmabuf.ExportedMemory;
import org.bufferyard.api.dmabuf.OpsContext;
import org.bufferyard.api.kernel.Models;
import org.osgi.service.component.annotations.Component;

/** {@code udmabuf_ops}; the exporter is the misc device, which maps for CPU access. */
@Component
@Models(UdmabufOpsKind.NAME)
public final class UdmabufOpsKind implements DmaBufOpsKind {
  static final String NAME = "udmabuf";

  @Override
  public DmaBufOps open(ExportedMemory memory, OpsContext context) {
    return new UdmabufOps(memory, context);
  }
}
