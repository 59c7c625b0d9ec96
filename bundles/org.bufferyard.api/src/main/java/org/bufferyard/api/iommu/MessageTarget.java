package org.bufferyard.api.iommu;

import java.util.Optional;
import org.osgi.annotation.versioning.ConsumerType;

/**
 * Hardware that takes the messages of devices (message signaled interrupts) before they could be taken
 * for writes to memory: an {@link Iommu} may be one too. Engine thread only.
 */
@ConsumerType
public interface MessageTarget {
  /** Whether an aligned write of four bytes to this bus address, without a PASID, is a message. */
  boolean takesMessage(long address);

  /**
   * What becomes of a message.
   *
   * @param data its four bytes, the first one lowest
   * @return the fault that stopped it; empty when it was delivered
   */
  Optional<Translation.Fault> message(StreamId stream, long address, int data);
}
