package org.bufferyard.iommu.basic;

import java.util.HashSet;
import java.util.Objects;
import java.util.Set;
import org.bufferyard.api.iommu.DomainType;
import org.bufferyard.api.iommu.Iommu;
import org.bufferyard.api.iommu.IommuDomain;
import org.bufferyard.api.iommu.StreamId;
import org.bufferyard.api.iommu.TablelessDomain;
import org.bufferyard.api.iommu.Translation;
import org.bufferyard.api.kernel.Errno;

/**
 * A unit in bypass (SEMANTICS H7): no table, IOVA and physical address are one. It can still refuse
 * a stream altogether, which is all that a blocked domain asks for. Any stream, any specifier.
 *
 * <p>The default domain is identity whatever was asked for, as where a driver's def_domain_type
 * insists (D12): the DMA API then works directly and bounces where a mask is too small. An offset
 * between bus and CPU addresses (A11) is no business of an IOMMU: the device's dma-ranges hold it.
 *
 * <p>Not modelled: coherency or attributes that a bypassing unit may add, stream matching, faults of
 * its own.
 *
 * <p>Cost of an access: one look into a hash set of the blocked streams, none while it is empty.
 * Engine thread only.
 */
final class Bypass implements Iommu {
  private final String id;
  private final Set<StreamId> blocked = new HashSet<>();

  Bypass(String id) {
    this.id = id;
  }

  @Override
  public IommuDomain newDomain(DomainType type) {
    return Objects.requireNonNull(type, "type") == DomainType.BLOCKED
        ? TablelessDomain.BLOCKED
        : TablelessDomain.IDENTITY;
  }

  @Override
  public int attach(StreamId stream, IommuDomain domain) {
    if (!stream.iommu().equals(id)) {
      return Errno.ENODEV.rc();
    }
    if (!(domain instanceof TablelessDomain ours)) {
      return Errno.EINVAL.rc();
    }
    switch (ours) {
      case BLOCKED -> blocked.add(stream);
      case IDENTITY -> blocked.remove(stream);
    }
    return 0;
  }

  @Override
  public void detach(StreamId stream) {
    blocked.remove(stream);
  }

  @Override
  public Translation translate(StreamId stream, long address, boolean write) {
    return !blocked.isEmpty() && blocked.contains(stream)
        ? new Translation.Fault(0, "BLOCKED", address, write) // no register tells more
        : new Translation.Translated(address, false);
  }

  @Override
  public void close() {
    blocked.clear();
  }
}
