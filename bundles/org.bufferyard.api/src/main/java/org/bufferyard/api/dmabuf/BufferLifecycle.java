package org.bufferyard.api.dmabuf;

import org.osgi.annotation.versioning.ConsumerType;

/** The part of the ops that comes and goes with importers. Reservation lock not held. */
@ConsumerType
public interface BufferLifecycle {
  /** 0, or the error that refuses the importer (typically -EBUSY, -EOPNOTSUPP, -ENODEV). */
  int attach(DmaBufAttachment attachment);

  void detach(DmaBufAttachment attachment);

  /** The last reference is gone. */
  void release();
}
