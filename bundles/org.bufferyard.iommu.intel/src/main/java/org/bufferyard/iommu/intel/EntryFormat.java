package org.bufferyard.iommu.intel;

/**
 * How a table spells its entries. Rights are {@link #READ}, {@link #WRITE}, {@link #USER} and {@link
 * #EXECUTE}; what an access may do is what the entries of all levels allow, and in nested translation
 * the second level too ({@link #HOST}). Stateless.
 */
sealed interface EntryFormat permits SecondLevelEntry, FirstLevelEntry {
  int READ = 1;
  int WRITE = 2;

  /** The entry serves requests of user privilege, which is what most devices send. */
  int USER = 4;

  /** It may be fetched from. */
  int EXECUTE = 8;

  int HOST_READ = 16;
  int HOST_WRITE = 32;

  /** What the second level allows below the first. */
  int HOST = HOST_READ | HOST_WRITE;

  int ALL = READ | WRITE | USER | EXECUTE | HOST;

  /** An entry for the next table. */
  long table(long phys);

  /**
   * An entry for a page; bits of {@code phys} that have no place are cut off, as the driver does.
   *
   * @param prot of {@code IommuProt}
   */
  long page(long phys, int level, int prot);

  boolean isPresent(long entry);

  /** Rights of a present entry. */
  int rights(long entry);

  /** Whether a present entry has bits set that the hardware wants clear. */
  boolean isReserved(long entry, int level, int largestLevel);

  /** Whether a present entry of that level is a page. */
  static boolean isPage(long entry, int level) {
    return level == 0 || (entry & 1 << 7) != 0;
  }

  /** Address of the next table or of the page. */
  static long address(long entry) {
    return entry & Paging.ADDRESS;
  }

  /** Whether a large page's address is aligned to it; both formats reserve the bits below. */
  static boolean isAligned(long entry, int level) {
    // Bit 12 is PAT in first-level large pages and ignored in second-level ones.
    return !isPage(entry, level)
        || (address(entry) & Paging.span(level) - 1 & ~(1L << Paging.PAGE_SHIFT)) == 0;
  }
}
