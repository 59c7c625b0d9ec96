package org.bufferyard.dmabuf.ops.streaming;

import org.bufferyard.api.dmabuf.DmaBufOps;
import org.bufferyard.api.dmabuf.DmaBufOpsKind;
import org.bufferyard.api.dmabuf.ExportedMemory;
import org.bufferyard.api.dmabuf.OpsContext;
import org.bufferyard.api.kernel.Models;
import org.osgi.service.component.annotations.Component;

/** The ops that the proposal installs on buffers whose memory has pages. */
@Component
@Models(StreamingOpsKind.NAME)
public final class StreamingOpsKind implements DmaBufOpsKind {
  static final String NAME = "streaming";

  @Override
  public DmaBufOps open(ExportedMemory memory, OpsContext context) {
    return new StreamingOps(memory, context);
  }
}
