package org.bufferyard.iommu.exynos;

import java.util.ArrayList;
import java.util.List;
import org.bufferyard.api.iommu.CountingTlb;
import org.bufferyard.api.iommu.DomainType;
import org.bufferyard.api.iommu.Iommu;
import org.bufferyard.api.iommu.IommuDomain;
import org.bufferyard.api.iommu.StreamId;
import org.bufferyard.api.iommu.TablelessDomain;
import org.bufferyard.api.iommu.TlbCounts;
import org.bufferyard.api.iommu.Translation;
import org.bufferyard.api.kernel.Errno;

/**
 * An IOMMU in front of one master: which domain is active, and that everything passes while none
 * is. The make is behind {@link MasterMmu}. Specifiers have no cells ({@code #iommu-cells = <0>}).
 * Engine thread only.
 */
public final class MasterIommu implements Iommu, CountingTlb {
  private final String id;
  private final MasterMmu mmu;
  private final List<MasterDomain> domains = new ArrayList<>();

  /** Whose table the hardware has; null while it is off. */
  private MasterDomain active;

  public MasterIommu(String id, MasterMmu mmu) {
    this.id = id;
    this.mmu = mmu;
  }

  MasterMmu mmu() {
    return mmu;
  }

  @Override
  public IommuDomain newDomain(DomainType type) {
    if (type == DomainType.IDENTITY) {
      return TablelessDomain.IDENTITY;
    }
    MasterDomain domain = new MasterDomain(this, type, mmu.newTable());
    domains.add(domain);
    return domain;
  }

  @Override
  public int attach(StreamId stream, IommuDomain domain) {
    if (!stream.iommu().equals(id)) {
      return Errno.ENODEV.rc();
    }
    if (!stream.specifier().isEmpty()) {
      return Errno.EINVAL.rc();
    }
    return switch (domain) {
      case TablelessDomain off when off == TablelessDomain.IDENTITY -> {
        disable();
        yield 0;
      }
      case MasterDomain paged when paged == active && mmu.keepsTheSame() -> 0;
      case MasterDomain paged when !mmu.walks(paged.table()) -> Errno.EINVAL.rc();
      case MasterDomain paged when !paged.table().exists() -> Errno.ENOMEM.rc();
      case MasterDomain paged -> {
        disable();
        paged.enter(this);
        active = paged;
        mmu.enable(paged.table());
        yield 0;
      }
      default -> Errno.EINVAL.rc();
    };
  }

  /** {@inheritDoc} Detached means off, and what is off lets everything pass. */
  @Override
  public void detach(StreamId stream) {
    if (stream.iommu().equals(id) && stream.specifier().isEmpty()) {
      disable();
    }
  }

  void disable() {
    if (active != null) {
      active.leave(this);
      active = null;
      mmu.disable();
    }
  }

  @Override
  public Translation translate(StreamId stream, long address, boolean write) {
    MasterDomain domain = active;
    return domain == null
        ? new Translation.Translated(address, false)
        : mmu.translate(domain.table(), stream, address, write, domain.hasUnflushed());
  }

  @Override
  public boolean printsFaults() {
    return true;
  }

  void forget(MasterDomain domain) {
    domains.remove(domain);
  }

  @Override
  public TlbCounts tlbCounts() {
    return mmu.counts();
  }

  @Override
  public void close() {
    disable();
    List.copyOf(domains).forEach(MasterDomain::close);
    mmu.close();
  }
}
