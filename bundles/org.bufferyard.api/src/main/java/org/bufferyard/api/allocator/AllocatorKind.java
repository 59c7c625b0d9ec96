package org.bufferyard.api.allocator;

import org.osgi.annotation.versioning.ConsumerType;

/**
 * A way to place physical pages: coherent pool, CMA, buddy. A stateless service, shared by all
 * yards, called on any engine thread.
 */
@ConsumerType
public interface AllocatorKind {
  /**
   * Opens the book for one region of one yard.
   *
   * @param context holds the ranges that are live already, when this one succeeds another
   * @throws AdoptionDeclinedException when it cannot represent a live range; the yard then copies
   *     or parks the buffers
   */
  Allocator open(AllocatorSpec spec, AllocatorContext context) throws AdoptionDeclinedException;
}
