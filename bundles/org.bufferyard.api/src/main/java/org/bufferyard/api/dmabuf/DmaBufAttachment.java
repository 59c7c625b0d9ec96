package org.bufferyard.api.dmabuf;

import org.bufferyard.api.dma.DmaDevice;
import org.osgi.annotation.versioning.ProviderType;

/** One importer on one buffer. Compared by identity. Engine thread only. */
@ProviderType
public interface DmaBufAttachment {
  DmaBuf buffer();

  DmaDevice importer();

  /** Whether the importer can follow a move (has importer ops). */
  boolean isDynamic();

  /** dma_buf_attach_revocable(): whether it can be told that its mapping is void. */
  boolean isRevocable();

  /** importer_ops.allow_peer2peer. */
  boolean allowsPeer2peer();
}
