package org.bufferyard.api.iommu;

import org.osgi.annotation.versioning.ConsumerType;

/**
 * Translation hardware that looks at what a transaction says of itself: an {@link Iommu} may be one
 * too. Without it every transaction is plain. Engine thread only.
 */
@ConsumerType
public interface AttributedAccess {
  /** As {@link Iommu#translate}, which is this with {@link AccessAttributes#PLAIN}. */
  Translation translate(
      StreamId stream, long address, boolean write, AccessAttributes attributes);
}
