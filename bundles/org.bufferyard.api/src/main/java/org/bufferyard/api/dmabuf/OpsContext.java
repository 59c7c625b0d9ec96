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

  /** Where reading a page that is none is reported. */
  PageHazards hazards();
}
