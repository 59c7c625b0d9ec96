package org.bufferyard.api.iommu;

import org.osgi.annotation.versioning.ConsumerType;

/**
 * Translation caches that count: an {@link Iommu} that has caches may be one too. For people; the
 * yard works without it. Engine thread only.
 */
@ConsumerType
public interface CountingTlb {
  TlbCounts tlbCounts();
}
