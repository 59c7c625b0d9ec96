package org.bufferyard.yard;

import org.bufferyard.api.event.EventSink;
import org.bufferyard.api.iommu.IommuContext;
import org.bufferyard.api.kernel.KernelProfile;
import org.bufferyard.api.memory.PhysMemory;

/** The context of an IOMMU: memory for its walker, and table pages from the yard's window. */
final class IommuSite extends RevocableContext implements IommuContext {
  private final PhysMemory memory;
  private final TableArea tables;

  IommuSite(KernelProfile kernel, EventSink events, PhysMemory memory, TableArea tables) {
    super(kernel, events);
    this.memory = memory;
    this.tables = tables;
  }

  @Override
  public PhysMemory memory() {
    check();
    return memory;
  }

  @Override
  public long allocTable(long sizeBytes) {
    check();
    return tables.allocate(sizeBytes);
  }

  @Override
  public void freeTable(long phys, long sizeBytes) {
    check();
    tables.free(phys, sizeBytes);
  }
}
