package org.bufferyard.api.iommu;

import org.osgi.annotation.versioning.ConsumerType;

/** One IOMMU of one yard. Engine thread only. */
@ConsumerType
public interface Iommu extends AutoCloseable {
  /**
   * A domain that nobody is attached to yet.
   *
   * <p>An IOMMU that cannot translate returns a domain whose geometry has no page sizes, whatever
   * was asked for (def_domain_type, D12). When there is no memory for its table a domain comes back
   * all the same; attaching it and mapping in it then answer -ENOMEM.
   */
  IommuDomain newDomain(DomainType type);

  /**
   * Attaches a stream. A stream is in one domain at a time: attaching it elsewhere leaves the
   * former domain, and the caches hold nothing of that one afterwards.
   *
   * @return 0, or a negative errno with nothing changed: -ENODEV for a stream of another IOMMU,
   *     -EINVAL for a domain that this hardware cannot walk, -ENOMEM for a domain without a table
   */
  int attach(StreamId stream, IommuDomain domain);

  /**
   * Detaches a stream; its accesses fault from then on, or bypass, as the hardware does. Nothing
   * happens when it is not attached.
   */
  void detach(StreamId stream);

  /**
   * What the hardware does with one access, byte-granular, its own caches included. A fault is
   * returned, never thrown; the yard emits it.
   */
  Translation translate(StreamId stream, long address, boolean write);

  /**
   * Whether its driver has lines of its own for a fault, which it emits as {@code KernelMessage}s of
   * class {@code IOMMU_FAULT} while it translates, as often as the kernel would. The yard then adds
   * none; for other IOMMUs it prints a general one.
   */
  default boolean printsFaults() {
    return false;
  }

  /** Closes its domains too and gives every table back. A second call does nothing. */
  @Override
  void close();
}
