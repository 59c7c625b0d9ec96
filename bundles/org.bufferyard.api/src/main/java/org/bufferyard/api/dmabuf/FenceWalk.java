package org.bufferyard.api.dmabuf;

import java.util.Optional;
import org.osgi.annotation.versioning.ProviderType;

/**
 * dma_resv_iter without the lock: fences that are not signaled; starts over when the table was
 * replaced meanwhile. Engine thread only.
 */
@ProviderType
public interface FenceWalk {
  /** The next fence; empty at the end. */
  Optional<DmaFence> next();

  /** Whether the last fence is the first one of a new start; also true of the very first. */
  boolean isRestarted();

  /** The class under which the last fence stands. */
  FenceUsage usage();
}
