package org.bufferyard.iommu.intel;

import org.bufferyard.api.iommu.IommuProt;

/**
 * 64-bit entries of first-level tables, those of the CPU (VT-d specification 9.7, "First-Stage Paging
 * Entries"; SEMANTICS H4, {@code generic_pt/fmt/x86_64.h}).
 *
 * <pre>
 *  0      P    present: whoever is present can be read
 *  1      R/W  write
 *  2      U/S  user: without it only supervisor requests pass
 *  5      A    accessed
 *  6      D    dirty, of pages
 *  7      PS   a leaf at level 1 and 2; reserved above
 *  51:12  address of the next table or of the page
 *  63     XD   no execution
 * </pre>
 *
 * <p>The driver sets U, A and (where writing is allowed) D itself, so that the hardware has nothing
 * to write back; a guest's tables may leave it to the hardware. A mapping without READ cannot be expressed. Not modelled: PWT, PCD, PAT, global
 * pages (3, 4, 7 at level 0, 8), EA (10).
 */
enum FirstLevelEntry implements EntryFormat {
  /** As written since 6.11. */
  PLAIN,

  /** Before: XD in every entry, with NXE in the PASID entry. */
  NO_EXECUTE;

  private static final long P = 1;
  private static final long RW = 1 << 1;
  private static final long US = 1 << 2;
  private static final long A = 1 << 5;
  private static final long D = 1 << 6;
  private static final long PS = 1 << 7;
  private static final long XD = 1L << 63;

  @Override
  public long table(long phys) {
    return phys & Paging.ADDRESS | P | RW | US | A | execution();
  }

  private long execution() {
    return this == NO_EXECUTE ? XD : 0;
  }

  @Override
  public long page(long phys, int level, int prot) {
    long entry = phys & Paging.ADDRESS | P | US | A | execution();
    if ((prot & IommuProt.WRITE) != 0) {
      entry |= RW | D;
    }
    return level > 0 ? entry | PS : entry;
  }

  @Override
  public boolean isPresent(long entry) {
    return (entry & P) != 0;
  }

  static boolean hasXd(long entry) {
    return (entry & XD) != 0;
  }

  /** What the hardware makes of an entry that it uses. */
  static long touched(long entry, boolean written) {
    return entry | A | (written ? D : 0);
  }

  @Override
  public int rights(long entry) {
    return (int) (entry & (P | RW | US)) | (hasXd(entry) ? 0 : EXECUTE);
  }

  @Override
  public boolean isReserved(long entry, int level, int largestLevel) {
    return level > largestLevel && (entry & PS) != 0 || !EntryFormat.isAligned(entry, level);
  }
}
