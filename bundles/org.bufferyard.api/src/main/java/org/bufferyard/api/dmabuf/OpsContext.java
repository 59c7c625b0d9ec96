package org.bufferyard.api.dmabuf;

import org.bufferyard.api.dma.Dma;
import org.bufferyard.api.event.KindContext;
import org.bufferyard.api.memory.CpuMapping;
import org.bufferyard.api.memory.PageHazards;
import org.bufferyard.api.memory.SgTable;
import org.osgi.annotation.versioning.ProviderType;

/**
 * What the yard gives the ops of one buffer: the DMA API, fences, CPU mappings. Valid until {@link
 * BufferLifecycle#release} returns or the plug-in is revoked; a call afterwards throws. Engine
 * thread only.
 */
@ProviderType
public interface OpsContext extends KindContext {
  /** Id of the buffer in events, {@code "buf:"} and the inode number. */
  String buffer();

  Dma dma();

  /**
   * Waits for the fences that an access must wait for, as dma_resv_wait_timeout() does with {@link
   * FenceUsage#toWaitFor}.
   *
   * @return 0, or -ERESTARTSYS when only a signal could end the wait
   */
  int waitForFences(boolean write);

  /**
   * The CPU's cached mapping of pages, as vmap() or a fault handler makes it.
   *
   * @param pageOffset first page, counted over the list
   * @param sizeBytes wanted; the mapping is shorter where the list ends before
   */
  CpuMapping cpuMapping(SgTable pages, long pageOffset, long sizeBytes);

  /** Where reading a page that is none is reported. */
  PageHazards hazards();
}
