package org.bufferyard.api.device;

import org.osgi.annotation.versioning.ConsumerType;

/** The hardware of one device. Engine thread only. */
@ConsumerType
public interface Device extends AutoCloseable {
  /** Writes a frame's bytes through its bus. */
  FrameResult fill(Frame frame);

  /** Reads a frame's bytes through its bus. */
  FrameResult consume(Frame frame);

  @Override
  void close();
}
