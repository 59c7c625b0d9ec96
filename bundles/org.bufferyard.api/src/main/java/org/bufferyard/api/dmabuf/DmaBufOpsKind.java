package org.bufferyard.api.dmabuf;

import org.osgi.annotation.versioning.ConsumerType;

/** A set of dma_buf_ops. A stateless service; the instance belongs to one buffer. */
@ConsumerType
public interface DmaBufOpsKind {
  /**
   * The ops of one buffer about to be exported.
   *
   * @param context valid until {@link BufferLifecycle#release}
   */
  DmaBufOps open(ExportedMemory memory, OpsContext context);
}
