package org.bufferyard.api.iommu;

import java.util.Optional;
import org.bufferyard.api.event.KindContext;
import org.bufferyard.api.memory.PhysMemory;
import org.osgi.annotation.versioning.ProviderType;

/**
 * What the yard gives one IOMMU: memory, room for tables, the time, and names for its messages.
 * Addresses and sizes are bytes. Valid until the IOMMU is closed or revoked; a call afterwards
 * throws. Engine thread only.
 */
@ProviderType
public interface IommuContext extends KindContext {
  /** The memory that table walkers read. */
  PhysMemory memory();

  /**
   * Zeroed memory for a translation table, aligned to its size.
   *
   * @param sizeBytes power of two
   * @return physical address, or -1 when there is no memory (the driver then returns -ENOMEM)
   */
  long allocTable(long sizeBytes);

  void freeTable(long phys, long sizeBytes);

  /** Time of the yard in ns since it opened, by which drivers limit the rate of their messages. */
  default long nowNanos() {
    return 0;
  }

  /**
   * The kernel's name of the device that a stream belongs to, as log lines print it; {@code
   * "(unassigned sid)"} when no device has it.
   */
  default String clientName(StreamId stream) {
    return "(unassigned sid)";
  }

  /**
   * iommu_report_device_fault(): asks whoever handles the faults of the stream's domain
   * (iopf_handler), and waits.
   *
   * @return empty without a handler: the kernel's core then answers {@code INVALID}, and the driver
   *     learns that nobody cared
   */
  default Optional<PageRequest.Response> reportDeviceFault(PageRequest request) {
    return Optional.empty();
  }
}
