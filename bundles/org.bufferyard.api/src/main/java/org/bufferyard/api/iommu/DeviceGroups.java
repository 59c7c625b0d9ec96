package org.bufferyard.api.iommu;

import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.bufferyard.api.memory.PhysRange;
import org.osgi.annotation.versioning.ConsumerType;

/**
 * An {@link Iommu} whose driver says which devices share a domain ({@code
 * iommu_ops.device_group()}), and whose domains differ by group: an {@link Iommu} may be one too.
 * Without it devices are grouped by what the board says (D13). Engine thread only.
 */
@ConsumerType
public interface DeviceGroups {
  /**
   * The group of a device.
   *
   * @param streams of one device, in the order of the board, at IOMMUs of this kind
   * @return a name: devices of equal names share a domain, whichever IOMMU they stand behind. Empty
   *     when the driver refuses the device, which then has no IOMMU
   */
  Optional<String> group(List<StreamId> streams);

  /** As {@link Iommu#newDomain}, for the devices of one group. */
  IommuDomain newDomain(DomainType type, String group);

  /** Input addresses of a group's domain that are never handed out ({@code get_resv_regions()}). */
  default List<PhysRange> reserved(String group) {
    return List.of();
  }

  /** The mask that the driver sets for a device as it attaches it; empty when it sets none. */
  default OptionalLong dmaMask(String group) {
    return OptionalLong.empty();
  }
}
