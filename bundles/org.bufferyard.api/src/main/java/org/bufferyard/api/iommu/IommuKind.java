package org.bufferyard.api.iommu;

import org.osgi.annotation.versioning.ConsumerType;

/**
 * A type of IOMMU with its table format. A stateless service, shared by all yards, called on any
 * engine thread.
 */
@ConsumerType
public interface IommuKind {
  /**
   * The instance for one IOMMU of one yard.
   *
   * @throws IllegalArgumentException when a parameter of the unit, which the board states, means
   *     nothing to this kind; the message is one line for the person who drew the board, and names
   *     the unit
   */
  Iommu open(IommuUnit unit, IommuContext context);
}
