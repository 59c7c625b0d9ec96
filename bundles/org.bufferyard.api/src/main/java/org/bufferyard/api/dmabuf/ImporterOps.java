package org.bufferyard.api.dmabuf;

import org.osgi.annotation.versioning.ConsumerType;

/** What a dynamic importer brings ({@code struct dma_buf_attach_ops}). Engine thread only. */
@ConsumerType
public interface ImporterOps {
  /** allow_peer2peer. */
  default boolean allowsPeer2peer() {
    return false;
  }

  /**
   * Whether {@code invalidate_mappings} is set. Until 7.x (where it is {@code move_notify}) the core
   * refuses importer ops without it; since then such an importer is not revocable.
   */
  default boolean canInvalidate() {
    return true;
  }

  /**
   * The exporter moves or revokes the memory. The mapping may be used until the fences of the
   * reservation are signaled, then it has to be undone and made anew. Reservation lock held.
   */
  void invalidateMappings(DmaBufAttachment attachment);
}
