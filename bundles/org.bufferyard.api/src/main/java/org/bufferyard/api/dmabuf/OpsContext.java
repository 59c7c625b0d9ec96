package org.bufferyard.api.dmabuf;

import org.bufferyard.api.dma.Dma;
import org.bufferyard.api.event.KindContext;
import org.bufferyard.api.memory.PageHazards;
import org.osgi.annotation.versioning.ProviderType;

/** What the yard gives an exporter's ops. */
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

  /** Where reading a page that is none is reported. */
  PageHazards hazards();
}
