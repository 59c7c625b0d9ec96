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
 *            24     PGSNP  so is what goes through a first level; reserved without ECAP.SC
 *       qw2  0      SRE    supervisor requests may come; reserved without ECAP.SRS
 *            1      ERE    execute requests may come; reserved without ECAP.ERS
 *            3:2    FSPM   0: four first levels, 1: five
 *            4      WPE    supervisor writes heed R/W
 *            5      NXE    XD bits count
 *            6      SMEP   no supervisor fetches from user pages
 *            63:12         address of the first-level table
 * </pre>
 *
 * <p>Stateless. Not modelled: FPD (1), SSADE (9), EAFE (135); what PWSNP and PGSNP do to a CPU's caches,
 * which the yard decides by the device.
 */
final class PasidEntry {
  static final int BYTES = 64;
  static final int WORDS = BYTES / Long.BYTES;

  /** log2 of the entries of a table. */
  static final int TABLE_SHIFT = 6;

  static final int FIRST_LEVEL = 1;
  static final int SECOND_LEVEL = 2;
  static final int NESTED = 3;
  static final int PASS_THROUGH = 4;

  private static final long PRESENT = 1;
  private static final int WIDTH_SHIFT = 2;
  private static final int TYPE_SHIFT = 6;
  private static final long ADDRESS = -1L << 12;
  private static final long SNOOPED_WALK = 1 << 23;
  private static final long SNOOPED_PAGES = 1 << 24;
  private static final long FIVE_LEVELS = 1 << 2;
  private static final int CONTROLS = Route.SRE | Route.ERE | Route.WPE | Route.NXE | Route.SMEP;
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

  /**
   * intel_pasid_setup_nested().
   *
   * @param table of the guest, at an address of the host's
   * @param controls SRE and WPE of {@link Route}, as {@code iommu_hwpt_vtd_s1.flags} asks for them
   */
  static long[] nested(PageTable table, PageTable host, int did, Capabilities unit, int controls) {
    long[] entry = new long[WORDS];
    entry[0] =
        (host.top() & ADDRESS)
            | (long) NESTED << TYPE_SHIFT
            | (long) (host.levels() - 2) << WIDTH_SHIFT
            | PRESENT;
    entry[1] = did | (unit.walksCoherently() ? SNOOPED_WALK : 0);
    entry[2] = (table.top() & ADDRESS) | (table.levels() == 5 ? FIVE_LEVELS : 0) | controls;
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

  /** SRE, ERE, WPE, NXE and SMEP, as {@link Route} has them. */
  static int controls(long thirdWord) {
    return (int) thirdWord & CONTROLS;
  }

  /** Whether bits are set that this unit wants clear. */
  static boolean isReserved(long secondWord, long thirdWord, Capabilities unit) {
    boolean snoops =
        (secondWord & SNOOPED_WALK) != 0 && !unit.walksCoherently()
            || (secondWord & SNOOPED_PAGES) != 0 && !unit.controlsSnooping();
    boolean requests =
        (thirdWord & Route.SRE) != 0 && !unit.hasSupervisorRequests()
            || (thirdWord & Route.ERE) != 0 && !unit.hasExecuteRequests();
    return snoops || requests;
  }
}
