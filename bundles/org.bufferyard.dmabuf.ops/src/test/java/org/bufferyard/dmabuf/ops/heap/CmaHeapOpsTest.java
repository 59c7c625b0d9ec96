package org.bufferyard.dmabuf.ops.heap;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.bufferyard.api.contract.DmaBufOpsContract;
import org.bufferyard.api.dmabuf.DmaBufOpsKind;
import org.junit.jupiter.api.Test;

class CmaHeapOpsTest extends DmaBufOpsContract {
  @Override
  protected DmaBufOpsKind kind() {
    return new CmaHeapOpsKind();
  }

  @Test
  void theOpsAreCalledAsTheirKind() {
    assertEquals("cma-heap", HeapRules.CMA.opsName());
    assertEquals("cma-heap", CmaHeapOpsKind.NAME);
    assertEquals("system-heap", HeapRules.SYSTEM.opsName());
  }
}
