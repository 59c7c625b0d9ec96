package org.bufferyard.api.iommu;

import java.util.Optional;
import org.bufferyard.api.memory.PhysRange;
import org.osgi.annotation.versioning.ConsumerType;

/**
 * Hardware that takes the messages of devices (message signaled interrupts) before they could be taken
 * for writes to memory: an {@link Iommu} may be one too. Engine thread only.
 */
@ConsumerType
public interface MessageTarget {
  /**
   * The bus addresses at which an aligned write of four bytes, without a PASID, is a message. The DMA
   * API never hands them out (IOMMU_RESV_MSI).
   */
  PhysRange messages();

  /**
   * What becomes of a message.
   *
   * @param data its four bytes, the first one lowest
   * @return the fault that stopped it; empty when it was delivered
   */
  Optional<Translation.Fault> message(StreamId stream, long address, int data);
}
