package org.bufferyard.api.device;

import java.util.Optional;
import org.bufferyard.api.iommu.AccessAttributes;
import org.bufferyard.api.iommu.Translation;
import org.osgi.annotation.versioning.ProviderType;

/**
 * The device's own way to memory: its bus windows and its IOMMU, nothing else. Engine thread only.
 */
@ProviderType
public interface DeviceBus {
  /**
   * Reads as a bus master.
   *
   * @param address what the device puts on its bus
   * @return the fault that stopped it; empty when all bytes arrived
   */
  Optional<Translation.Fault> read(long address, byte[] into, int offset, int length);

  /** Writes as a bus master; bytes before the fault are written. */
  Optional<Translation.Fault> write(long address, byte[] from, int offset, int length);

  /**
   * The same bus for transactions that say more of themselves than address and direction. Where
   * nothing looks at it, it is as good as this one.
   */
  default DeviceBus saying(AccessAttributes attributes) {
    return this;
  }
}
