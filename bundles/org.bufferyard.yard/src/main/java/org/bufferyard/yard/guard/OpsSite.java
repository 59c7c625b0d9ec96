package org.bufferyard.yard.guard;

import org.bufferyard.api.dma.Dma;
import org.bufferyard.api.dmabuf.OpsContext;
import org.bufferyard.api.memory.CpuMapping;
import org.bufferyard.api.memory.PageHazards;
import org.bufferyard.api.memory.SgTable;

/**
 * The context of one buffer's ops. Not revoked when the buffer is released: an importer that unmaps
 * late is a hazard of the kernel's, which the ops have to show.
 */
public final class OpsSite extends RevocableContext implements OpsContext {
  private final OpsContext core;

  /**
   * @param core what the dma-buf core gives
   */
  public OpsSite(OpsContext core, Standing standing) {
    super(core.kernel(), core.events(), standing);
    this.core = core;
  }

  @Override
  public String buffer() {
    check();
    return core.buffer();
  }

  @Override
  public Dma dma() {
    check();
    return core.dma();
  }

  @Override
  public int waitForFences(boolean write) {
    check();
    return core.waitForFences(write);
  }

  @Override
  public CpuMapping cpuMapping(SgTable pages, long pageOffset, long sizeBytes) {
    check();
    return core.cpuMapping(pages, pageOffset, sizeBytes);
  }

  @Override
  public PageHazards hazards() {
    check();
    return core.hazards();
  }
}
