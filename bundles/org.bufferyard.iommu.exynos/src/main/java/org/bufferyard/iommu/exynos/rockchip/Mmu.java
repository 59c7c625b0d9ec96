package org.bufferyard.iommu.exynos.rockchip;

import org.bufferyard.api.iommu.TlbCounts;
import org.bufferyard.iommu.exynos.CachedWalk;
import org.bufferyard.iommu.exynos.CachedWalk.Outcome;
import org.bufferyard.iommu.exynos.TableMemory;

/**
 * The hardware: the registers that the driver uses (RK_MMU_*), the TLB and the walker behind them.
 *
 * <p>Not modelled: INT_RAWSTAT and AUTO_GATING, the IDLE and REPLAY_BUFFER_EMPTY bits of STATUS,
 * the time that a command takes (the driver polls for up to 1 ms), accesses that arrive while
 * stalled (here nothing runs between two register writes).
 *
 * <p>Cost of an access: see {@link CachedWalk}. Engine thread only.
 */
final class Mmu {
  /** RK_MMU_CMD_*, in the order of their numbers. */
  enum Command {
    ENABLE_PAGING,
    DISABLE_PAGING,
    ENABLE_STALL,
    DISABLE_STALL,
    ZAP_CACHE,
    PAGE_FAULT_DONE,
    FORCE_RESET
  }

  /** Bits of STATUS. */
  static final int PAGING_ENABLED = 1;

  static final int PAGE_FAULT_ACTIVE = 1 << 1;
  static final int STALL_ACTIVE = 1 << 2;
  static final int PAGE_FAULT_IS_WRITE = 1 << 5;

  /** Bits of INT_STATUS, INT_MASK and INT_CLEAR. */
  static final int PAGE_FAULT = 1;

  static final int BUS_ERROR = 2;

  private final TableEntry format;
  private final TableWalk walk;
  private final CachedWalk cache = new CachedWalk(false);

  private int dteAddress;
  private int status;
  private int faultAddress;
  private int pending;
  private int mask;

  Mmu(TableMemory memory, TableEntry format) {
    this.format = format;
    this.walk = new TableWalk(memory, format);
  }

  /** A write to COMMAND. */
  void command(Command command) {
    switch (command) {
      case ENABLE_PAGING -> status |= PAGING_ENABLED;
      case DISABLE_PAGING -> status &= ~PAGING_ENABLED;
      case ENABLE_STALL -> status |= isPaging() ? STALL_ACTIVE : 0;
      case DISABLE_STALL -> status &= ~STALL_ACTIVE;
      case ZAP_CACHE -> cache.flushAll();
      case PAGE_FAULT_DONE -> status &= ~PAGE_FAULT_ACTIVE;
      case FORCE_RESET -> reset();
    }
  }

  private void reset() {
    setDteAddress(0);
    status = 0;
    faultAddress = 0;
    pending = 0;
    mask = 0;
    cache.flushAll();
  }

  /** A write to DTE_ADDR; bits that hold no address read as zero: 11:0 in V1, 3:0 in V2. */
  void setDteAddress(int dte) {
    dteAddress = dte & (format == TableEntry.V1 ? ~0xfff : ~0xf);
    walk.startAt(format.address(dteAddress));
  }

  int dteAddress() {
    return dteAddress;
  }

  int status() {
    return status;
  }

  boolean isPaging() {
    return (status & PAGING_ENABLED) != 0;
  }

  /** INT_STATUS: what is pending and not masked out. */
  int interrupts() {
    return pending & mask;
  }

  /** PAGE_FAULT_ADDR. */
  int faultAddress() {
    return faultAddress;
  }

  /** A write to INT_MASK: the interrupts that are let through. */
  void setMask(int enabled) {
    mask = enabled;
  }

  /** A write to INT_CLEAR. */
  void clear(int interrupts) {
    pending &= ~interrupts;
  }

  /** A write to ZAP_ONE_LINE: drops the page that holds {@code iova}. */
  void zapOneLine(int iova) {
    cache.flushEntry(iova);
  }

  /**
   * An access while paging is enabled. One that does not get through leaves its interrupt pending.
   *
   * @param mayDisagree whether zaps are still on their way
   * @return whether and how it got through; {@link #phys} has the rest
   */
  Outcome access(int iova, boolean write, boolean mayDisagree) {
    assert (status & (PAGING_ENABLED | PAGE_FAULT_ACTIVE | STALL_ACTIVE)) == PAGING_ENABLED
        : "an access while stalled or not paging: " + status;
    Outcome outcome = cache.access(walk, iova, write, mayDisagree);
    switch (outcome) {
      case REACHED, STALE -> {}
      case NOTHING, DENIED -> pageFault(iova, write);
      case BROKEN -> {
        faultAddress = iova;
        pending |= BUS_ERROR;
      }
    }
    return outcome;
  }

  /** Stops until PAGE_FAULT_DONE. */
  void pageFault(int iova, boolean write) {
    faultAddress = iova;
    status |= PAGE_FAULT_ACTIVE;
    status = write ? status | PAGE_FAULT_IS_WRITE : status & ~PAGE_FAULT_IS_WRITE;
    pending |= PAGE_FAULT;
  }

  /** Physical address of the last access that got through. */
  long phys() {
    return cache.phys();
  }

  TlbCounts counts() {
    return cache.counts();
  }
}
