package org.bufferyard.platform.yard;

import org.bufferyard.api.allocator.IovaAllocator;
import org.bufferyard.api.iommu.DomainType;
import org.bufferyard.api.iommu.IommuDomain;

/**
 * A group's default domain with its IOVA book.
 *
 * @param id in events, the IOMMU's id and the group's
 * @param iommu id of the IOMMU's model element
 */
public record Domain(
    String id, String iommu, DomainType type, IommuDomain table, IovaAllocator iova) {}
