package org.bufferyard.dmabuf.ops.heap;

import org.bufferyard.api.dmabuf.DmaBufOps;
import org.bufferyard.api.dmabuf.DmaBufOpsKind;
import org.bufferyard.api.dmabuf.ExportedMemory;
import org.bufferyard.api.dmabuf.OpsContext;
import org.bufferyard.api.kernel.Models;
import org.osgi.service.component.annotations.Component;

/** {@code cma_heap_buf_ops}. */
@Component
@Models(CmaHeapOpsKind.NAME)
public final class CmaHeapOpsKind implements DmaBufOpsKind {
  static final String NAME = "cma-heap";

  @Override
  public DmaBufOps open(ExportedMemory memory, OpsContext context) {
    return new HeapOps(HeapRules.CMA, memory, context);
  }
}
