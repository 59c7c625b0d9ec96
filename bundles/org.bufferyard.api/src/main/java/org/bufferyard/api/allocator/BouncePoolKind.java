package org.bufferyard.api.allocator;

import org.osgi.annotation.versioning.ConsumerType;

/**
 * A way to place bounce buffers (swiotlb). A stateless service, shared by all yards, called on any
 * engine thread.
 */
@ConsumerType
public interface BouncePoolKind {
  /**
   * Opens the book of one pool of one yard.
   *
   * @param context holds the bounces that are live already, when this one succeeds another
   * @throws AdoptionDeclinedException when it cannot represent a live bounce
   */
  BouncePool open(BouncePoolSpec spec, AllocatorContext context) throws AdoptionDeclinedException;
}
