package org.bufferyard.iommu.exynos.rockchip;

import org.bufferyard.iommu.exynos.TableMemory;
import org.bufferyard.iommu.exynos.WalkedTable;

/**
 * The way from an IOVA to its page: bits 31:22 choose the DTE in a directory, bits 21:12 the PTE in
 * its page table, 1024 entries each. Two word reads, no allocation. Engine thread only.
 */
final class TableWalk implements WalkedTable {
  /** log2 of the only page size that hardware knows (SPAGE_ORDER). */
  static final int PAGE_SHIFT = 12;

  static final int PAGE = 1 << PAGE_SHIFT;

  /** Entries of a directory and of a page table. */
  static final int ENTRIES = 1024;

  /** Bytes of a directory and of a page table. */
  static final long TABLE_SIZE = ENTRIES * 4L;

  private final TableMemory memory;
  private final TableEntry format;

  /** Physical address; {@code NONE} for no table. */
  private long directory = TableMemory.NONE;

  private long walkedPhys;
  private int walkedProt;

  TableWalk(TableMemory memory, TableEntry format) {
    this.memory = memory;
    this.format = format;
  }

  void startAt(long newDirectory) {
    directory = newDirectory;
  }

  static long dteAddress(long directory, int iova) {
    return directory + (iova >>> 22) * 4L;
  }

  static long pteAddress(long table, int iova) {
    return table + (iova >>> PAGE_SHIFT & (ENTRIES - 1)) * 4L;
  }

  @Override
  public int walk(int iova) {
    long at = dteAddress(directory, iova);
    if (directory == TableMemory.NONE || !memory.answers(at)) {
      return BROKEN;
    }
    int dte = memory.read(at);
    if (!TableEntry.isValid(dte)) {
      return NOTHING;
    }
    at = pteAddress(format.address(dte), iova);
    if (!memory.answers(at)) {
      return BROKEN;
    }
    int pte = memory.read(at);
    if (!TableEntry.isValid(pte)) {
      return NOTHING;
    }
    walkedPhys = format.address(pte);
    walkedProt = TableEntry.prot(pte);
    return PAGE_SHIFT;
  }

  @Override
  public long walkedPhys() {
    return walkedPhys;
  }

  @Override
  public int walkedProt() {
    return walkedProt;
  }
}
