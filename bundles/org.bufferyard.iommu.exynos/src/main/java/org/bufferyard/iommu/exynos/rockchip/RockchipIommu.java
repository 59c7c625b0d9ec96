package org.bufferyard.iommu.exynos.rockchip;

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
import org.bufferyard.iommu.exynos.CachedWalk.Outcome;
import org.bufferyard.iommu.exynos.IdentityDomain;
import org.bufferyard.iommu.exynos.TableMemory;
import org.bufferyard.iommu.exynos.rockchip.Mmu.Command;

/**
 * One Rockchip IOMMU, version 1 or 2, as drivers/iommu/rockchip-iommu.c drives it (SEMANTICS H6):
 * 32-bit IOVA, a directory and page tables in memory ({@link DirectoryTable}, {@link TableEntry}),
 * sizes of 4 KiB to 4 MiB that are all runs of 4 KiB pages, zaps of single lines and of the whole
 * TLB, stall, reset and paging at attach and detach ({@link Mmu}), page faults and bus errors with
 * what the interrupt handler does about them, bypass while paging is off.
 *
 * <p>Not modelled:
 *
 * <ul>
 *   <li>two or more register blocks behind one node (rk3288's codecs): they have one table and get
 *       the same commands, so one stands for all
 *   <li>lines of the TLB that hold neighbouring or invalid entries, against which a map zaps its
 *       first and last page; the size of the real TLB, which no manual states (here 64 sets of 8)
 *   <li>zaps that a map leaves out when it unwinds: no access comes in between
 *   <li>runtime power management, which skips zaps of a sleeping unit and starts it anew with an
 *       empty TLB; clocks; commands that time out, a reset that fails, {@code
 *       rockchip,disable-mmu-reset}
 *   <li>a faulting access that is tried again after PAGE_FAULT_DONE: here it is refused once
 *   <li>cache attributes and the security bit of PTEs, which the driver leaves zero
 *   <li>the CPU caches between driver and walker: the driver cleans every entry it writes
 *   <li>that 6.1 has no identity domain: there passthrough falls back to a DMA domain
 * </ul>
 *
 * <p>Cost of an access: 8 compares for a hit; two word reads more for a miss, or while unmapped
 * pages wait for their zap. Engine thread only.
 */
final class RockchipIommu implements Iommu, CountingTlb {
  /** DTE_ADDR_DUMMY. */
  private static final int DUMMY_DTE = 0xcafe_babe;

  private final String id;
  private final TableEntry format;
  private final IommuContext context;
  private final TableMemory tables;
  private final Mmu mmu;
  private final List<RockchipDomain> domains = new ArrayList<>();

  /** Whose table DTE_ADDR holds; null in rk_identity_domain. */
  private RockchipDomain active;

  RockchipIommu(String id, TableEntry format, IommuContext context) {
    this.id = id;
    this.format = format;
    this.context = context;
    this.tables = new TableMemory(context, format.addressBits());
    this.mmu = new Mmu(tables, format);
  }

  String id() {
    return id;
  }

  Mmu mmu() {
    return mmu;
  }

  @Override
  public IommuDomain newDomain(DomainType type) {
    if (type == DomainType.IDENTITY) {
      return IdentityDomain.INSTANCE;
    }
    DirectoryTable table = new DirectoryTable(tables, format);
    RockchipDomain domain = new RockchipDomain(this, type, context.events(), table);
    domains.add(domain);
    return domain;
  }

  /** {@inheritDoc} It serves one master: specifiers have no cells ({@code #iommu-cells = <0>}). */
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
      case RockchipDomain paged when paged == active -> 0;
      case RockchipDomain paged when paged.table().format() != format -> Errno.EINVAL.rc();
      case RockchipDomain paged when !paged.table().exists() -> Errno.ENOMEM.rc();
      case RockchipDomain paged -> {
        disable();
        enable(paged);
        yield 0;
      }
      default -> Errno.EINVAL.rc();
    };
  }

  /** {@inheritDoc} Detached means attached to rk_identity_domain: paging is off. */
  @Override
  public void detach(StreamId stream) {
    if (stream.iommu().equals(id) && stream.specifier().isEmpty()) {
      disable();
    }
  }

  /** rk_iommu_enable(). */
  private void enable(RockchipDomain domain) {
    domain.enter(this);
    active = domain;
    enableStall();
    forceReset();
    mmu.setDteAddress(domain.table().base());
    mmu.command(Command.ZAP_CACHE);
    mmu.setMask(Mmu.PAGE_FAULT | Mmu.BUS_ERROR);
    mmu.command(Command.ENABLE_PAGING);
    mmu.command(Command.DISABLE_STALL);
  }

  /** rk_iommu_identity_attach() and rk_iommu_disable(). The TLB is left as it is. */
  void disable() {
    if (active == null) {
      return;
    }
    active.leave(this);
    active = null;
    enableStall();
    mmu.command(Command.DISABLE_PAGING);
    mmu.setMask(0);
    mmu.setDteAddress(0);
    mmu.command(Command.DISABLE_STALL);
  }

  /** rk_iommu_enable_stall(): hardware that does not page cannot stall. */
  private void enableStall() {
    if (mmu.isPaging()) {
      mmu.command(Command.ENABLE_STALL);
    }
  }

  /** rk_iommu_force_reset(), which writes a dummy first to see whether the register works. */
  private void forceReset() {
    int dummy = (int) format.address(DUMMY_DTE);
    mmu.setDteAddress(dummy);
    assert mmu.dteAddress() == dummy : "MMU_DTE_ADDR is not functioning";
    mmu.command(Command.FORCE_RESET);
  }

  @Override
  public Translation translate(StreamId stream, long address, boolean write) {
    RockchipDomain domain = active;
    if (domain == null) {
      return new Translation.Translated(address, false);
    }
    if (address >>> 32 != 0) {
      mmu.pageFault((int) address, write);
      return interrupt(address, write);
    }
    Outcome outcome = mmu.access((int) address, write, domain.hasUnzapped());
    return switch (outcome) {
      case REACHED -> new Translation.Translated(mmu.phys(), false);
      case STALE -> new Translation.Translated(mmu.phys(), true);
      case NOTHING, DENIED, BROKEN -> interrupt(address, write);
    };
  }

  /** rk_iommu_irq(). The fault's code is INT_STATUS; its name stands in the driver's message. */
  private Translation.Fault interrupt(long address, boolean write) {
    int status = mmu.interrupts();
    boolean pageFault = (status & Mmu.PAGE_FAULT) != 0;
    if (pageFault) {
      mmu.command(Command.ZAP_CACHE);
      mmu.command(Command.PAGE_FAULT_DONE);
    }
    mmu.clear(status);
    return new Translation.Fault(status, pageFault ? "Page fault" : "BUS_ERROR", address, write);
  }

  /** rk_iommu_zap_lines(). */
  void zapLines(int iova, int size) {
    for (int offset = 0; offset < size; offset += TableWalk.PAGE) {
      mmu.zapOneLine(iova + offset);
    }
  }

  void forget(RockchipDomain domain) {
    domains.remove(domain);
  }

  @Override
  public TlbCounts tlbCounts() {
    return mmu.counts();
  }

  @Override
  public void close() {
    disable();
    List.copyOf(domains).forEach(RockchipDomain::close);
  }
}
