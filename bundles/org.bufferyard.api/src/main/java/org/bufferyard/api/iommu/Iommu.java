package org.bufferyard.api.iommu;

import org.osgi.annotation.versioning.ConsumerType;

/** One IOMMU of one yard. Engine thread only. */
@ConsumerType
public interface Iommu extends AutoCloseable {
  /** A domain that nobody is attached to yet. */
  IommuDomain newDomain(DomainType type);

  /** Attaches a stream: 0 or a negative errno. A stream is in one domain at a time. */
  int attach(StreamId stream, IommuDomain domain);

  /** Detaches a stream; its accesses fault from then on, or bypass, as the hardware does. */
  void detach(StreamId stream);

  /**
   * What the hardware does with one access, byte-granular, its own caches included. A fault is
   * returned, never thrown; the yard emits it.
   */
  Translation translate(StreamId stream, long address, boolean write);

  @Override
  void close();
}
