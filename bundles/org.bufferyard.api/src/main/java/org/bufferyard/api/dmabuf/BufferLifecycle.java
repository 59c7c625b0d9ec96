package org.bufferyard.api.dmabuf;

import org.osgi.annotation.versioning.ConsumerType;

/**
 * The part of the ops that comes and goes with importers. Reservation lock not held, but for {@link
 * #pin} and {@link #unpin}.
 */
@ConsumerType
public interface BufferLifecycle {
  /** 0, or the error that refuses the importer (typically -EBUSY, -EOPNOTSUPP, -ENODEV). */
  int attach(DmaBufAttachment attachment);

  void detach(DmaBufAttachment attachment);

  /** The last reference is gone. */
  void release();

  /**
   * The memory stays where it is until {@link #unpin}. Called only of ops that have it ({@link
   * OpsTraits.Member#PIN}).
   *
   * @return 0, or the error that the importer gets
   */
  default int pin(DmaBufAttachment attachment) {
    return 0;
  }

  /**
   * The exporter's device is going: its driver leaves or it is unplugged. Called while it is still
   * {@link org.bufferyard.api.dma.DmaDevice#isPresent there}; after it, importers that map again find
   * the answer changed.
   *
   * @return whether the buffer is revoked, so that importers have to be told ({@link
   *     DmaBufs#invalidateMappings}); most exporters tell nobody
   */
  default boolean revoke() {
    return false;
  }

  /** Undoes one {@link #pin}. */
  default void unpin(DmaBufAttachment attachment) {}
}
