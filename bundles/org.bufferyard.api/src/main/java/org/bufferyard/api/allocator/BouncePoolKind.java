package org.bufferyard.api.allocator;

import org.osgi.annotation.versioning.ConsumerType;

/** A way to place bounce buffers (swiotlb). A stateless service. */
@ConsumerType
public interface BouncePoolKind {
  BouncePool open(BouncePoolSpec spec, AllocatorContext context) throws AdoptionDeclinedException;
}
