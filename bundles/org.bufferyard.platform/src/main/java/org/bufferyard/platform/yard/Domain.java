package org.bufferyard.platform.yard;

import java.util.Optional;
import org.bufferyard.api.allocator.IovaAllocator;
import org.bufferyard.api.iommu.DomainType;
import org.bufferyard.api.iommu.IommuDomain;

/**
 * A group's default domain with its IOVA book.
 *
 * @param id in events, the IOMMU's id and the group's
 * @param iommu id of the IOMMU's model element
 * @param flushQueue empty: caches are flushed at every unmap (strict)
 */
public record Domain(
    String id,
    String iommu,
    DomainType type,
    IommuDomain table,
    IovaAllocator iova,
    Optional<FlushQueue> flushQueue) {

  /** A strict domain, or one without a table. */
  public Domain(
      String id, String iommu, DomainType type, IommuDomain table, IovaAllocator iova) {
    this(id, iommu, type, table, iova, Optional.empty());
  }
}
