package org.bufferyard.api.device;

import org.osgi.annotation.versioning.ConsumerType;

/**
 * The hardware of one device. It reaches memory through its bus alone; an access that faults is
 * the answer, never thrown, and the frame ends there. Engine thread only; the yard closes it.
 */
@ConsumerType
public interface Device extends AutoCloseable {
  /** Writes a frame's bytes through its bus. */
  FrameResult fill(Frame frame);

  /** Reads a frame's bytes through its bus. */
  FrameResult consume(Frame frame);

  @Override
  void close();
}
