package org.bufferyard.iommu.exynos;

import java.util.ArrayList;
import java.util.List;
import org.bufferyard.api.iommu.CountingTlb;
import org.bufferyard.api.iommu.DomainType;
import org.bufferyard.api.iommu.Iommu;
import org.bufferyard.api.iommu.IommuContext;
import org.bufferyard.api.iommu.IommuDomain;
import org.bufferyard.api.iommu.StreamId;
import org.bufferyard.api.iommu.TlbCounts;
import org.bufferyard.api.iommu.Translation;
import org.bufferyard.api.kernel.Errno;

/**
 * One System MMU, versions 1 to 5, as drivers/iommu/exynos-iommu.c drives it (SEMANTICS H5): 32-bit
 * IOVA, two levels of descriptors in memory ({@link PageTable}, {@link Descriptor}), pages of 4 KiB,
 * 64 KiB and 1 MiB, the set-associative TLB with its flushes ({@link Tlb}), the first-level cache
 * flush of 3.3 and 5 when a second level appears, the faults that a translation raises ({@link
 * SysmmuFault}), bypass while it is disabled.
 *
 * <p>Not modelled:
 *
 * <ul>
 *   <li>version 7 and its virtual machine registers; 16 MiB supersections
 *   <li>MULTI-HIT and SECURITY PROTECTION faults; what the interrupt handler does with a fault that
 *       nobody handles (it panics) is the platform's to say
 *   <li>caching of faulty entries and prefetch in 3.1 to 3.3, against which the driver's comment
 *       wants holes between IOVA regions
 *   <li>{@code sysmmu_block()} that times out and so loses a flush; runtime power management, which
 *       skips flushes of a sleeping unit and starts it with an empty TLB
 *   <li>the CPU caches between driver and walker: the driver cleans every entry it writes
 *   <li>replacement other than round robin; QoS and clocks
 * </ul>
 *
 * <p>Cost of an access: 8 compares for a hit; two word reads more for a miss, or while unmapped
 * pages wait for their flush. Engine thread only.
 */
final class Sysmmu implements Iommu, CountingTlb {
  private final String id;
  private final SysmmuVersion version;
  private final IommuContext context;
  private final TableMemory tables;
  private final CachedWalk cache;
  private final List<SysmmuDomain> domains = new ArrayList<>();

  /** zero_lv2_table; {@code NONE} before the first domain. */
  private long zeroTable = TableMemory.NONE;

  /** Whose table REG_PT_BASE_ADDR holds; null while the unit is disabled. */
  private SysmmuDomain active;

  Sysmmu(String id, SysmmuVersion version, IommuContext context) {
    this.id = id;
    this.version = version;
    this.context = context;
    this.tables = new TableMemory(context, version.format().addressBits());
    this.cache = new CachedWalk(version.major() == 2);
  }

  String id() {
    return id;
  }

  SysmmuVersion version() {
    return version;
  }

  @Override
  public IommuDomain newDomain(DomainType type) {
    if (type == DomainType.IDENTITY) {
      return IdentityDomain.INSTANCE;
    }
    if (zeroTable == TableMemory.NONE) {
      zeroTable = tables.allocate(PageTable.L2_SIZE);
    }
    PageTable table = new PageTable(tables, version.format(), zeroTable);
    SysmmuDomain domain = new SysmmuDomain(this, type, context.events(), table);
    domains.add(domain);
    return domain;
  }

  /** {@inheritDoc} A SysMMU has one master: specifiers have no cells ({@code #iommu-cells = <0>}). */
  @Override
  public int attach(StreamId stream, IommuDomain domain) {
    if (!stream.iommu().equals(id)) {
      return Errno.ENODEV.rc();
    }
    if (!stream.specifier().isEmpty()) {
      return Errno.EINVAL.rc();
    }
    return switch (domain) {
      case IdentityDomain identity -> {
        disable();
        yield 0;
      }
      case SysmmuDomain paged when paged.format() != version.format() -> Errno.EINVAL.rc();
      case SysmmuDomain paged when !paged.table().exists() -> Errno.ENOMEM.rc();
      case SysmmuDomain paged -> {
        disable();
        enable(paged);
        yield 0;
      }
      default -> Errno.EINVAL.rc();
    };
  }

  /** {@inheritDoc} Detached means disabled, and a disabled SysMMU lets everything pass. */
  @Override
  public void detach(StreamId stream) {
    if (stream.iommu().equals(id) && stream.specifier().isEmpty()) {
      disable();
    }
  }

  /** __sysmmu_enable(). */
  private void enable(SysmmuDomain domain) {
    domain.enter(this);
    active = domain;
    cache.flushAll();
  }

  /** __sysmmu_disable(). */
  void disable() {
    if (active != null) {
      active.leave(this);
      active = null;
    }
  }

  @Override
  public Translation translate(StreamId stream, long address, boolean write) {
    SysmmuDomain domain = active;
    if (domain == null) {
      return new Translation.Translated(address, false);
    }
    if (address >>> 32 != 0) {
      return SysmmuFault.PAGE.at(address, write, version);
    }
    CachedWalk.Outcome outcome =
        cache.access(domain.table(), (int) address, write, domain.hasUnflushed());
    return switch (outcome) {
      case REACHED -> new Translation.Translated(cache.phys(), false);
      case STALE -> new Translation.Translated(cache.phys(), true);
      case NOTHING -> SysmmuFault.PAGE.at(address, write, version);
      case DENIED -> SysmmuFault.ACCESS.at(address, write, version);
      case BROKEN -> SysmmuFault.WALK.at(address, write, version);
    };
  }

  /** sysmmu_tlb_invalidate_entry(). */
  void flushPage(int iova, int size) {
    int flushes = version.flushesFor(Integer.toUnsignedLong(size));
    for (int i = 0; i < flushes; i++) {
      cache.flushEntry(iova + i * (int) Descriptor.SMALL_PAGE);
    }
  }

  /** sysmmu_tlb_invalidate_flpdcache(). */
  void flushFirstLevelCache(int iova) {
    if (version.atLeast(5, 0)) {
      cache.flushAll();
    } else if (version.atLeast(3, 3)) {
      cache.flushEntry(iova);
    }
  }

  void forget(SysmmuDomain domain) {
    domains.remove(domain);
  }

  @Override
  public TlbCounts tlbCounts() {
    return cache.counts();
  }

  @Override
  public void close() {
    disable();
    List.copyOf(domains).forEach(SysmmuDomain::close);
    if (zeroTable != TableMemory.NONE) {
      tables.free(zeroTable, PageTable.L2_SIZE);
      zeroTable = TableMemory.NONE;
    }
  }
}
