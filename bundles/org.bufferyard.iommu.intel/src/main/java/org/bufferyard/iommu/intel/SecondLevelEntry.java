package org.bufferyard.iommu.intel;

import org.bufferyard.api.iommu.IommuProt;

/**
 * 64-bit entries of second-level tables (VT-d specification 9.8, "Second-Stage Paging Entries";
 * SEMANTICS H3, {@code generic_pt/fmt/vtdss.h}).
 *
 * <pre>
 *  0      R    read
 *  1      W    write; neither R nor W: not present, there is no other present bit
 *  7      PS   a leaf above level 0; reserved where CAP.SLLPS allows none
 *  11     SNP  snoop, only set for domains that enforce it: never for the DMA API; reserved in a page
 *              where ECAP.SC is clear
 *  51:12  address of the next table or of the page
 * </pre>
 *
 * <p>Everything else in {@code prot} (CACHE, MMIO, NOEXEC, PRIV) has no bit here. Not modelled: A and
 * D (8, 9), which only nested and dirty-tracking domains use.
 */
enum SecondLevelEntry implements EntryFormat {
  /** The generic page tables': a page has what was asked for. */
  EXACT,

  /**
   * __domain_mapping()'s: every page is readable, since the driver sets the first level's present
   * bit in both formats. Recorded: 6.1 and 6.12 let a device read what was mapped FROM_DEVICE.
   */
  READABLE;

  private static final long R = 1;
  private static final long W = 1 << 1;
  private static final long PS = 1 << 7;
  private static final long SNP = 1 << 11;

  /** DMA_PTE_READ | DMA_PTE_WRITE. */
  @Override
  public long table(long phys) {
    return phys & Paging.ADDRESS | R | W;
  }

  @Override
  public long page(long phys, int level, int prot) {
    long entry = phys & Paging.ADDRESS;
    if (this == READABLE || (prot & IommuProt.READ) != 0) {
      entry |= R;
    }
    if ((prot & IommuProt.WRITE) != 0) {
      entry |= W;
    }
    return level > 0 ? entry | PS : entry;
  }

  @Override
  public boolean isPresent(long entry) {
    return (entry & (R | W)) != 0;
  }

  /** Whether a page has SNP. */
  static boolean snoops(long entry, int level) {
    return EntryFormat.isPage(entry, level) && (entry & SNP) != 0;
  }

  @Override
  public int rights(long entry) {
    return (int) (entry & (R | W)) | USER;
  }

  @Override
  public boolean isReserved(long entry, int level, int largestLevel) {
    return level > largestLevel && (entry & PS) != 0 || !EntryFormat.isAligned(entry, level);
  }
}
