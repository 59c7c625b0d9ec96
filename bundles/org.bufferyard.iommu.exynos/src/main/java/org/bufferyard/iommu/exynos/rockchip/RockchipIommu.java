package org.bufferyard.iommu.exynos.rockchip;

import org.bufferyard.api.event.DmaEvent.HazardRaised;
import org.bufferyard.api.event.DmaEvent.KernelMessage;
import org.bufferyard.api.event.DmaEvent.MessageClass;
import org.bufferyard.api.iommu.IommuContext;
import org.bufferyard.api.iommu.IommuUnit;
import org.bufferyard.api.iommu.StreamId;
import org.bufferyard.api.iommu.TlbCounts;
import org.bufferyard.api.iommu.Translation;
import org.bufferyard.api.kernel.Errno;
import org.bufferyard.api.kernel.Rule;
import org.bufferyard.iommu.exynos.CachedWalk.Outcome;
import org.bufferyard.iommu.exynos.MappedTable;
import org.bufferyard.iommu.exynos.MasterMmu;
import org.bufferyard.iommu.exynos.PageSizes;
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
final class RockchipIommu implements MasterMmu {
  /** RK_IOMMU_PGSIZE_BITMAP: every power of two from a page to a whole page table. */
  static final PageSizes SIZES = new PageSizes(0x007f_f000);

  private static final Rule MAP = Rule.of("H6", "rk_iommu_map");

  /** DTE_ADDR_DUMMY. */
  private static final int DUMMY_DTE = 0xcafe_babe;

  private final IommuUnit unit;
  private final TableEntry format;
  private final IommuContext context;
  private final TableMemory tables;
  private final Mmu mmu;

  RockchipIommu(IommuUnit unit, TableEntry format, IommuContext context) {
    this.unit = unit;
    this.format = format;
    this.context = context;
    this.tables = new TableMemory(context, format.addressBits());
    this.mmu = new Mmu(tables, format);
  }

  Mmu mmu() {
    return mmu;
  }

  @Override
  public PageSizes sizes() {
    return SIZES;
  }

  @Override
  public DirectoryTable newTable() {
    return new DirectoryTable(tables, format);
  }

  @Override
  public boolean walks(MappedTable table) {
    return table instanceof DirectoryTable own && own.format() == format;
  }

  @Override
  public boolean keepsTheSame() {
    return true;
  }

  /** rk_iommu_enable(). */
  @Override
  public void enable(MappedTable table) {
    enableStall();
    forceReset();
    mmu.setDteAddress((int) table.base());
    mmu.command(Command.ZAP_CACHE);
    mmu.setMask(Mmu.PAGE_FAULT | Mmu.BUS_ERROR);
    mmu.command(Command.ENABLE_PAGING);
    mmu.command(Command.DISABLE_STALL);
  }

  /** rk_iommu_identity_attach() and rk_iommu_disable(). The TLB is left as it is. */
  @Override
  public void disable() {
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
  public Translation translate(
      MappedTable table, StreamId stream, long address, boolean write, boolean mayDisagree) {
    if (address >>> 32 != 0) {
      mmu.pageFault((int) address, write);
      return interrupt(address, write);
    }
    Outcome outcome = mmu.access((int) address, write, mayDisagree);
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
    if (context.events().on()) {
      FaultText text = new FaultText(tables, format, mmu.dteAddress(), mmu.faultAddress());
      (pageFault ? text.pageFault(write) : text.busError())
          .forEach(
              line ->
                  tell(
                      MessageClass.IOMMU_FAULT, "rk_iommu " + unit.deviceName() + ": " + line));
    }
    if (pageFault) {
      mmu.command(Command.ZAP_CACHE);
      mmu.command(Command.PAGE_FAULT_DONE);
    }
    mmu.clear(status);
    return new Translation.Fault(status, pageFault ? "Page fault" : "BUS_ERROR", address, write);
  }

  private void tell(MessageClass kind, String text) {
    context.events().emit(new KernelMessage(unit.id(), kind, text));
  }

  @Override
  public boolean mapsInOrder() {
    return true;
  }

  /** rk_iommu_zap_iova_first_last(): the first and the last page only. */
  @Override
  public void mapped(MappedTable table, int iova, int size) {
    unmapped(iova, TableWalk.PAGE);
    if (size > TableWalk.PAGE) {
      unmapped(iova + size - TableWalk.PAGE, TableWalk.PAGE);
    }
  }

  /** rk_iommu_zap_lines(). */
  @Override
  public void unmapped(int iova, int size) {
    for (int offset = 0; offset < size; offset += TableWalk.PAGE) {
      mmu.zapOneLine(iova + offset);
    }
  }

  /** {@inheritDoc} Only an occupied page has a line in the kernel log. */
  @Override
  public void tellRefused(
      MappedTable table, int rc, long iova, long phys, long size, int prot) {
    if (rc == Errno.EADDRINUSE.rc() && table instanceof DirectoryTable own) {
      long occupied = own.occupiedIova();
      tell(
          MessageClass.WARNING,
          "iova: %#x already mapped to %#x cannot remap to phys: %#x prot: %#x"
              .formatted(occupied, own.occupiedPhys(), phys + occupied - iova, prot));
    }
  }

  @Override
  public void tellCut(MappedTable table, long iova, long phys) {
    context
        .events()
        .emit(
            new HazardRaised(
                MAP,
                unit.id(),
                "phys %#x has no bits in a page table entry: iova %#x reaches %#x instead"
                    .formatted(phys, iova, table.phys(iova))));
  }

  @Override
  public void tellPart(long iova, long size, long pageSize) {
    throw new IllegalStateException("pages of these tables are all of one size");
  }

  @Override
  public TlbCounts counts() {
    return mmu.counts();
  }

  @Override
  public void close() {
    // All that it has are its domains' tables.
  }
}
