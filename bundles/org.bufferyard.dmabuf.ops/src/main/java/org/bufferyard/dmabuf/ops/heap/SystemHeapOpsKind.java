package org.bufferyard.dmabuf.ops.heap;

import org.bufferyard.api.dmabuf.DmaBufOps;
import org.bufferyard.api.dmabuf.DmaBufOpsKind;
import org.bufferyard.api.dmabuf.ExportedMemory;
import org.bufferyard.api.dmabuf.OpsContext;
import org.bufferyard.api.kernel.Models;
import org.osgi.service.component.annotations.Component;

/** {@code system_heap_buf_ops}. */
@Component
@Models(SystemHeapOpsKind.NAME)
public final class SystemHeapOpsKind implements DmaBufOpsKind {
  static final String NAME = "system-heap";

  @Override
  public DmaBufOps open(ExportedMemory memory, OpsContext context) {
    return new HeapOps(HeapRules.SYSTEM, memory, context);
  }
}
