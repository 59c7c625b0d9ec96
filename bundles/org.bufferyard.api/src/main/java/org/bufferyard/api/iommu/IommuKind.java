package org.bufferyard.api.iommu;

import org.osgi.annotation.versioning.ConsumerType;

/** A type of IOMMU with its table format. A stateless service. */
@ConsumerType
public interface IommuKind {
  /** The instance for one IOMMU of one yard. */
  Iommu open(IommuUnit unit, IommuContext context);
}
