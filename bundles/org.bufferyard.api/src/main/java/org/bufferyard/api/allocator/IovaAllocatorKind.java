package org.bufferyard.api.allocator;

import org.osgi.annotation.versioning.ConsumerType;

/** A way to place IOVA ranges in a domain. A stateless service. */
@ConsumerType
public interface IovaAllocatorKind {
  IovaAllocator open(IovaSpec spec, IovaContext context) throws AdoptionDeclinedException;
}
