package org.bufferyard.iommu.exynos.rockchip;

import java.util.List;
import org.bufferyard.iommu.exynos.TableMemory;

/**
 * What the driver says about a fault: rk_iommu_irq(), and log_iova() that walks the tables again.
 *
 * @param dteAddress of the register, {@code iova} that of the fault
 */
record FaultText(TableMemory tables, TableEntry format, int dteAddress, int iova) {
  /** RK_PTE_PAGE_FLAGS_MASK. */
  private static final int FLAGS = 0x1fe;

  private static final int PAGE_OFFSET = 0xfff;

  List<String> pageFault(boolean write) {
    return List.of(
        "Page fault at %s of type %s".formatted(address(at()), write ? "write" : "read"),
        "iova = %s: dte_index: %#03x pte_index: %#03x page_offset: %#03x"
            .formatted(
                address(at()), iova >>> 22, iova >>> 12 & 0x3ff, iova & PAGE_OFFSET),
        walk());
  }

  List<String> busError() {
    return List.of("BUS_ERROR occurred at " + address(at()));
  }

  private long at() {
    return Integer.toUnsignedLong(iova);
  }

  private String walk() {
    long directory = format.address(dteAddress);
    long dteAt = TableWalk.dteAddress(directory, iova);
    int dte = read(dteAt);
    long pteAt = 0;
    int pte = 0;
    long page = 0;
    int flags = 0;
    if (TableEntry.isValid(dte)) {
      pteAt = TableWalk.pteAddress(format.address(dte), iova);
      pte = read(pteAt);
    }
    if (TableEntry.isValid(pte)) {
      page = format.address(pte) + (iova & PAGE_OFFSET);
      flags = pte & FLAGS;
    }
    return ("mmu_dte_addr: %s dte@%s: %#08x valid: %d pte@%s: %#08x valid: %d page@%s"
            + " flags: %#03x")
        .formatted(
            address(directory),
            address(dteAt),
            dte,
            TableEntry.isValid(dte) ? 1 : 0,
            address(pteAt),
            pte,
            TableEntry.isValid(pte) ? 1 : 0,
            address(page),
            flags);
  }

  /** What does not answer reads as nothing here; the kernel would not live through it. */
  private int read(long at) {
    return tables.answers(at) ? tables.read(at) : 0;
  }

  /** %pad and %pa of a 64-bit kernel. */
  private static String address(long value) {
    return "0x%016x".formatted(value);
  }
}
