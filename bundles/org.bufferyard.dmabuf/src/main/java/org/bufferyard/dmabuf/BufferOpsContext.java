package org.bufferyard.dmabuf;

import org.bufferyard.api.dma.Dma;
import org.bufferyard.api.dmabuf.FenceUsage;
import org.bufferyard.api.dmabuf.OpsContext;
import org.bufferyard.api.event.EventSink;
import org.bufferyard.api.kernel.KernelProfile;
import org.bufferyard.api.memory.CpuMapping;
import org.bufferyard.api.memory.PageHazards;
import org.bufferyard.api.memory.PageRef;
import org.bufferyard.api.memory.SgTable;
import org.bufferyard.platform.yard.DmaBufEngineContext;

/** What one buffer's ops may use; a thin view of the yard's context. */
record BufferOpsContext(
    String buffer, Reservation reservation, DmaBufEngineContext yard, Narrator narrator)
    implements OpsContext {
  @Override
  public Dma dma() {
    return yard.dma();
  }

  @Override
  public int waitForFences(boolean write) {
    return reservation.waitInterruptible(FenceUsage.toWaitFor(write), buffer, narrator);
  }

  @Override
  public CpuMapping cpuMapping(SgTable pages, long pageOffset, long sizeBytes) {
    return PageMapping.of(yard.cache(), pages, pageOffset << PageRef.SHIFT, sizeBytes);
  }

  @Override
  public PageHazards hazards() {
    return yard.hazards();
  }

  @Override
  public KernelProfile kernel() {
    return yard.kernel();
  }

  @Override
  public EventSink events() {
    return yard.events();
  }
}
