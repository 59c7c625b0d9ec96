package org.bufferyard.iommu.intel;

/**
 * PASID directory and PASID table entries (VT-d specification 9.5, "Scalable-Mode PASID Directory
 * Entry", and 9.6, "Scalable-Mode PASID Table Entry"; {@code intel/pasid.h}).
 *
 * <pre>
 * directory  0      P      present
 *            63:12         address of a table of 64 entries of 512 bits
 * entry qw0  0      P      present
 *            4:2    AW     second level: 1: 39 bits, 2: 48, 3: 57
 *            8:6    PGTT   1 first level, 2 second level, 3 nested, 4 pass-through
 *            63:12         address of the second-level table
 *       qw1  15:0   DID    domain id
 *            23     PWSNP  walks are snooped
 *       qw2  3:2    FSPM   0: four first levels, 1: five
 *            5      NXE    XD bits count
 *            63:12         address of the first-level table
 * </pre>
 *
 * <p>Stateless. Not modelled: FPD, SSADE, PGSNP, SRE, WPE, SMEP, EAFE; nested translation.
 */
final class PasidEntry {
  static final int BYTES = 64;
  static final int WORDS = BYTES / Long.BYTES;

  /** log2 of the entries of a table. */
  static final int TABLE_SHIFT = 6;

  static final int FIRST_LEVEL = 1;
  static final int SECOND_LEVEL = 2;
  static final int PASS_THROUGH = 4;

  private static final long PRESENT = 1;
  private static final int WIDTH_SHIFT = 2;
  private static final int TYPE_SHIFT = 6;
  private static final long ADDRESS = -1L << 12;
  private static final long SNOOPED_WALK = 1 << 23;
  private static final long FIVE_LEVELS = 1 << 2;
  private static final long NO_EXECUTE = 1 << 5;

  private PasidEntry() {}

  static long directory(long table) {
    return (table & ADDRESS) | PRESENT;
  }

  /** intel_pasid_setup_first_level(). */
  static long[] firstLevel(PageTable table, int did, Capabilities unit, boolean noExecute) {
    long[] entry = new long[WORDS];
    entry[0] = (long) FIRST_LEVEL << TYPE_SHIFT | width(unit) | PRESENT;
    entry[1] = did | (unit.walksCoherently() ? SNOOPED_WALK : 0);
    entry[2] =
        (table.top() & ADDRESS)
            | (table.levels() == 5 ? FIVE_LEVELS : 0)
            | (noExecute ? NO_EXECUTE : 0);
    return entry;
  }

  /** intel_pasid_setup_second_level(). */
  static long[] secondLevel(PageTable table, int did, Capabilities unit) {
    long[] entry = new long[WORDS];
    entry[0] =
        (table.top() & ADDRESS)
            | (long) SECOND_LEVEL << TYPE_SHIFT
            | (long) (table.levels() - 2) << WIDTH_SHIFT
            | PRESENT;
    entry[1] = did | (unit.walksCoherently() ? SNOOPED_WALK : 0);
    return entry;
  }

  /** intel_pasid_setup_pass_through(). */
  static long[] passThrough(int did, Capabilities unit) {
    long[] entry = new long[WORDS];
    entry[0] = (long) PASS_THROUGH << TYPE_SHIFT | width(unit) | PRESENT;
    entry[1] = did | (unit.walksCoherently() ? SNOOPED_WALK : 0);
    return entry;
  }

  /** iommu->agaw, which matters to the second level only. */
  private static long width(Capabilities unit) {
    return (long) (unit.levels() - 2) << WIDTH_SHIFT;
  }

  static boolean isPresent(long word) {
    return (word & PRESENT) != 0;
  }

  static long address(long word) {
    return word & ADDRESS;
  }

  static int type(long word) {
    return (int) (word >>> TYPE_SHIFT) & 7;
  }

  /** Levels of a second-level table. */
  static int levels(long word) {
    return (int) (word >>> WIDTH_SHIFT & 7) + 2;
  }

  static int did(long secondWord) {
    return (int) secondWord & 0xffff;
  }

  static int firstLevels(long thirdWord) {
    return (thirdWord & FIVE_LEVELS) != 0 ? 5 : 4;
  }
}
