package org.bufferyard.iommu.intel;

import org.bufferyard.api.iommu.IommuProt;

/**
 * 64-bit entries of second-level tables (VT-d specification, second-stage paging entries; SEMANTICS
 * H3, {@code generic_pt/fmt/vtdss.h}).
 *
 * <pre>
 *  0      R    read
 *  1      W    write; neither R nor W: not present, there is no other present bit
 *  7      PS   a leaf above level 0
 *  11     SNP  snoop, only set for domains that enforce it: never for the DMA API
 *  51:12  address of the next table or of the page
 * </pre>
 *
 * <p>Level 0 holds 4 KiB pages, 1 holds 2 MiB, 2 holds 1 GiB. Everything else in {@code prot}
 * (CACHE, MMIO, NOEXEC, PRIV) has no bit here. Stateless.
 */
final class SecondLevelEntry {
  static final int PAGE_SHIFT = 12;
  static final int LEVEL_BITS = 9;
  static final int ENTRIES = 1 << LEVEL_BITS;
  static final int BYTES = 8;

  /** Width of a physical address in an entry. */
  static final int ADDRESS_BITS = 52;

  private static final long READ = 1;
  private static final long WRITE = 2;
  private static final long PAGE_SIZE = 1 << 7;
  private static final long ADDRESS = (1L << ADDRESS_BITS) - (1L << PAGE_SHIFT);

  private SecondLevelEntry() {}

  /** Bytes that one entry of a level covers. */
  static long span(int level) {
    return 1L << shift(level);
  }

  static int shift(int level) {
    return PAGE_SHIFT + level * LEVEL_BITS;
  }

  static int index(long iova, int level) {
    return (int) (iova >>> shift(level)) & (ENTRIES - 1);
  }

  /** An entry for the next table: DMA_PTE_READ | DMA_PTE_WRITE. */
  static long table(long phys) {
    return (phys & ADDRESS) | READ | WRITE;
  }

  /** An entry for a page; bits of {@code phys} that have no place are cut off, as the driver does. */
  static long page(long phys, int level, int prot) {
    long entry = phys & ADDRESS;
    if ((prot & IommuProt.READ) != 0) {
      entry |= READ;
    }
    if ((prot & IommuProt.WRITE) != 0) {
      entry |= WRITE;
    }
    return level > 0 ? entry | PAGE_SIZE : entry;
  }

  static boolean isPresent(long entry) {
    return (entry & (READ | WRITE)) != 0;
  }

  /** Whether a present entry of that level is a page. */
  static boolean isPage(long entry, int level) {
    return level == 0 || (entry & PAGE_SIZE) != 0;
  }

  static long address(long entry) {
    return entry & ADDRESS;
  }

  static boolean allows(long entry, boolean write) {
    return (entry & (write ? WRITE : READ)) != 0;
  }
}
