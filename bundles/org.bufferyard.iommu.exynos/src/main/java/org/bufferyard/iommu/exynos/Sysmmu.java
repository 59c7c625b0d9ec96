package org.bufferyard.iommu.exynos;

import java.util.ArrayList;
import java.util.List;
import org.bufferyard.api.iommu.DomainType;
import org.bufferyard.api.iommu.Iommu;
import org.bufferyard.api.iommu.IommuContext;
import org.bufferyard.api.iommu.IommuDomain;
import org.bufferyard.api.iommu.IommuProt;
import org.bufferyard.api.iommu.StreamId;
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
final class Sysmmu implements Iommu {
  private static final long NONE = -1;

  private final String id;
  private final SysmmuVersion version;
  private final IommuContext context;
  private final Tlb tlb;
  private final List<SysmmuDomain> domains = new ArrayList<>();

  /** zero_lv2_table; {@link #NONE} before the first domain. */
  private long zeroTable = NONE;

  /** Whose table REG_PT_BASE_ADDR holds; null while the unit is disabled. */
  private SysmmuDomain active;

  Sysmmu(String id, SysmmuVersion version, IommuContext context) {
    this.id = id;
    this.version = version;
    this.context = context;
    this.tlb = new Tlb(version.major() == 2);
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
    if (zeroTable == NONE) {
      zeroTable = PageTable.allocate(context, version.format(), PageTable.L2_SIZE);
    }
    SysmmuDomain domain = new SysmmuDomain(this, type, context, zeroTable);
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
    tlb.flushAll();
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
    int iova = (int) address;
    int way = tlb.find(iova);
    return way == Tlb.MISS
        ? miss(domain.table(), iova, write)
        : hit(domain, way, iova, write);
  }

  private static boolean allows(int prot, boolean write) {
    return (prot & (write ? IommuProt.WRITE : IommuProt.READ)) != 0;
  }

  private Translation hit(SysmmuDomain domain, int way, int iova, boolean write) {
    if (!allows(tlb.prot(way), write)) {
      return SysmmuFault.ACCESS.at(Integer.toUnsignedLong(iova), write, version);
    }
    long phys = tlb.phys(way, iova);
    return new Translation.Translated(
        phys, domain.hasUnflushed() && !agrees(domain.table(), iova, phys, write));
  }

  /** Whether a walk would say the same now. */
  private static boolean agrees(PageTable table, int iova, long phys, boolean write) {
    int order = table.walk(iova);
    return order > 0
        && allows(table.walkedProt(), write)
        && table.walkedPhys() + (iova & ((1 << order) - 1)) == phys;
  }

  private Translation miss(PageTable table, int iova, boolean write) {
    long address = Integer.toUnsignedLong(iova);
    int order = table.walk(iova);
    if (order <= 0) {
      SysmmuFault fault = order == PageTable.BROKEN ? SysmmuFault.WALK : SysmmuFault.PAGE;
      return fault.at(address, write, version);
    }
    if (!allows(table.walkedProt(), write)) {
      return SysmmuFault.ACCESS.at(address, write, version);
    }
    tlb.fill(iova, order, table.walkedPhys(), table.walkedProt());
    return new Translation.Translated(table.walkedPhys() + (iova & ((1 << order) - 1)), false);
  }

  /** sysmmu_tlb_invalidate_entry(). */
  void flushPage(int iova, int size) {
    int flushes = version.flushesFor(Integer.toUnsignedLong(size));
    for (int i = 0; i < flushes; i++) {
      tlb.flushEntry(iova + i * (int) Descriptor.SMALL_PAGE);
    }
  }

  /** sysmmu_tlb_invalidate_flpdcache(). */
  void flushFirstLevelCache(int iova) {
    if (version.atLeast(5, 0)) {
      tlb.flushAll();
    } else if (version.atLeast(3, 3)) {
      tlb.flushEntry(iova);
    }
  }

  void forget(SysmmuDomain domain) {
    domains.remove(domain);
  }

  @Override
  public void close() {
    disable();
    List.copyOf(domains).forEach(SysmmuDomain::close);
    if (zeroTable != NONE) {
      context.freeTable(zeroTable, PageTable.L2_SIZE);
      zeroTable = NONE;
    }
  }
}
