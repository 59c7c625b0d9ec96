package org.bufferyard.iommu.intel;

import java.util.Map;
import org.bufferyard.api.iommu.IommuUnit;

/**
 * What a unit can, in the bits of its registers (VT-d specification 11.4.2 and 11.4.3).
 *
 * <pre>
 * CAP   2:0    ND     domain ids: 2^(4 + 2 ND)
 *       7      CM     caching mode
 *       12:8   SAGAW  bit 1: 39 bits, 2: 48, 3: 57
 *       21:16  MGAW   widest guest address, less one
 *       33:24  FRO    offset of the fault recording registers in 16 bytes
 *       37:34  SLLPS  bit 0: 2 MiB, 1: 1 GiB (second level)
 *       39     PSI    page-selective invalidation
 *       47:40  NFR    fault recording registers, less one
 *       53:48  MAMV   largest address mask of such an invalidation
 *       54,55  DWD, DRD  drains writes and reads
 *       56     FL1GP  1 GiB pages in the first level
 *       59     PI     posted interrupts
 *       60     FL5LP  five first levels
 * ECAP  1      QI     queued invalidation
 *       2      DT     device TLBs
 *       3      IR     interrupt remapping
 *       6      PT     pass-through
 *       7      SC     snoop control: SNP and PGSNP exist
 *       26     NEST   nested translation
 *       29     PRS    page requests
 *       30     ERS    execute requests
 *       31     SRS    supervisor requests
 *       39:35  PSS    PASID bits, less one
 *       40     PASID
 *       43     SMTS   scalable mode
 *       46,47  SLTS, FLTS  second and first level in it
 *       48     SMPWC  its walks are coherent
 * </pre>
 *
 * @param scalableMode whether the kernel uses SMTS: sm_supported()
 * @param guest whether its devices are a guest's, whose first-level tables are nested in the host's
 *     second level
 */
record Capabilities(long cap, long ecap, boolean scalableMode, boolean guest) {
  static final String ADDRESS_BITS = "address-bits";
  static final String LARGEST_PAGE = "largest-page";
  static final String SCALABLE_MODE = "scalable-mode";
  static final String STAGES = "stages";
  static final String PAGE_REQUESTS = "page-requests";
  static final String CAP = "cap";
  static final String ECAP = "ecap";

  /** 65536 domains, PSI with MAMV 18, drains; one fault register at 0x220. */
  private static final long CAP_BASE = 0xd2_0080_2200_0006L;

  /** QI, IR, PT, and offsets. */
  private static final long ECAP_BASE = 0xf0_0f4aL;

  private static final long FL1GP = 1L << 56;
  private static final long FL5LP = 1L << 60;
  private static final long SMTS = 1L << 43;
  private static final long SLTS = 1L << 46;
  private static final long FLTS = 1L << 47;
  private static final long DT = 1L << 2;
  private static final long NEST = 1L << 26;
  private static final long PRS = 1L << 29;

  /** SMTS, coherent walks, PASIDs of 20 bits. */
  private static final long SCALABLE = SMTS | 1L << 48 | 1L << 40 | 0x13L << 35;

  static Capabilities of(IommuUnit unit) {
    Map<String, String> given = unit.parameters();
    boolean scalable = flag(unit, SCALABLE_MODE, false);
    long cap = given.containsKey(CAP) ? register(unit, CAP) : cap(unit);
    long ecap = given.containsKey(ECAP) ? register(unit, ECAP) : ecap(unit, scalable);
    boolean uses = (ecap & SMTS) != 0 && flag(unit, SCALABLE_MODE, true);
    if (scalable && !uses) {
      throw refused(unit, ECAP, given.getOrDefault(ECAP, ""), "one with SMTS for scalable mode");
    }
    if (uses && (ecap & (FLTS | SLTS)) == 0) {
      throw refused(unit, ECAP, given.getOrDefault(ECAP, ""), "one with FLTS or SLTS");
    }
    if ((cap >>> 8 & 0xe) == 0) {
      throw refused(unit, CAP, given.getOrDefault(CAP, ""), "one with a SAGAW of 39, 48 or 57 bits");
    }
    if (given.containsKey(DeviceTlbs.PARAMETER)) {
      ecap |= DT;
    }
    if (flag(unit, PAGE_REQUESTS, false)) {
      ecap |= PRS;
    }
    boolean guest = "nested".equals(given.get(STAGES));
    Capabilities read = new Capabilities(cap, ecap, uses, guest);
    if (guest && (!read.hasNested() || read.largestLevel() < 2)) {
      throw refused(unit, STAGES, "nested", "it with scalable-mode, NEST and pages of 1G");
    }
    return read;
  }

  private static long cap(IommuUnit unit) {
    String bits = unit.parameters().getOrDefault(ADDRESS_BITS, "48");
    String page = unit.parameters().getOrDefault(LARGEST_PAGE, "1G");
    int levels =
        switch (bits) {
          case "39" -> 3;
          case "48" -> 4;
          case "57" -> 5;
          default -> throw refused(unit, ADDRESS_BITS, bits, "39, 48 or 57");
        };
    long pages =
        switch (page) {
          case "4K" -> 0;
          case "2M" -> 1L << 34;
          case "1G" -> 3L << 34 | FL1GP;
          default -> throw refused(unit, LARGEST_PAGE, page, "4K, 2M or 1G");
        };
    long mgaw = Paging.shift(levels) - 1L;
    boolean scalable = flag(unit, SCALABLE_MODE, false);
    return CAP_BASE
        | 1L << 8 + levels - 2
        | mgaw << 16
        | (scalable ? pages : pages & ~FL1GP)
        | (scalable && levels == 5 ? FL5LP : 0);
  }

  private static long ecap(IommuUnit unit, boolean scalable) {
    String stages = unit.parameters().getOrDefault(STAGES, "both");
    long levels =
        switch (stages) {
          case "first" -> FLTS;
          case "second" -> SLTS;
          case "both" -> FLTS | SLTS;
          case "nested" -> FLTS | SLTS | NEST;
          default -> throw refused(unit, STAGES, stages, "first, second, both or nested");
        };
    return scalable ? ECAP_BASE | SCALABLE | levels : ECAP_BASE;
  }

  static boolean flag(IommuUnit unit, String name, boolean unlessGiven) {
    String value = unit.parameters().getOrDefault(name, unlessGiven ? "on" : "off");
    return switch (value) {
      case "on" -> true;
      case "off" -> false;
      default -> throw refused(unit, name, value, "on or off");
    };
  }

  private static long register(IommuUnit unit, String name) {
    String value = unit.parameters().get(name);
    try {
      return Long.parseUnsignedLong(value.startsWith("0x") ? value.substring(2) : value, 16);
    } catch (NumberFormatException notHexadecimal) {
      throw new IllegalArgumentException(
          text(unit, name, value, "the hexadecimal number of the kernel's log"), notHexadecimal);
    }
  }

  private static IllegalArgumentException refused(
      IommuUnit unit, String name, String value, String known) {
    return new IllegalArgumentException(text(unit, name, value, known));
  }

  static String text(IommuUnit unit, String name, String value, String known) {
    return "VT-d " + unit.id() + ": " + name + " '" + value + "' is not modelled; give " + known;
  }

  /** Levels of second-level tables: iommu_calculate_agaw(), the widest that SAGAW has. */
  int levels() {
    long sagaw = cap >>> 8 & 0xe;
    return Long.SIZE - 1 - Long.numberOfLeadingZeros(sagaw) + 2;
  }

  /** Whether SAGAW has tables of so many levels. */
  boolean walks(int levels) {
    return levels >= 3 && levels <= 5 && (cap >>> 8 + levels - 2 & 1) != 0;
  }

  /**
   * Levels of the generic second-level tables (compute_vasz_lg2_ss()): the widest that MGAW has a use
   * for.
   */
  int usefulLevels() {
    for (int levels = 5; levels > 3; levels--) {
      if (walks(levels) && guestBits() >= Paging.shift(levels - 1)) {
        return levels;
      }
    }
    return walks(3) ? 3 : levels();
  }

  /** cap_mgaw(): bits of the widest guest address. */
  int guestBits() {
    return (int) (cap >>> 16 & 0x3f) + 1;
  }

  /** Levels of first-level tables: compute_vasz_lg2_fs(). */
  int firstLevels() {
    return hasFiveFirstLevels() && guestBits() > 48 ? 5 : 4;
  }

  boolean hasFiveFirstLevels() {
    return (cap & FL5LP) != 0;
  }

  /** Highest level of second-level tables that may hold a page. */
  int largestLevel() {
    return (cap & 1L << 34) == 0 ? 0 : (cap & 1L << 35) == 0 ? 1 : 2;
  }

  /** Likewise of first-level tables, which always may at level 1. */
  int firstLargestLevel() {
    return (cap & FL1GP) == 0 ? 1 : 2;
  }

  boolean hasFirstLevel() {
    return scalableMode && (ecap & FLTS) != 0;
  }

  boolean hasSecondLevel() {
    return !scalableMode || (ecap & SLTS) != 0;
  }

  /** SMTS: descriptors have 256 bits, whether or not the kernel uses scalable mode. */
  boolean hasWideDescriptors() {
    return (ecap & SMTS) != 0;
  }

  boolean isCachingMode() {
    return (cap & 1 << 7) != 0;
  }

  boolean selectsPages() {
    return (cap & 1L << 39) != 0;
  }

  int largestMask() {
    return (int) (cap >>> 48) & 0x3f;
  }

  boolean drainsWrites() {
    return (cap & 1L << 54) != 0;
  }

  boolean drainsReads() {
    return (cap & 1L << 55) != 0;
  }

  int domains() {
    return 1 << 4 + 2 * (int) (cap & 7);
  }

  int faultRegisters() {
    return (int) (cap >>> 40 & 0xff) + 1;
  }

  boolean hasQueue() {
    return (ecap & 1 << 1) != 0;
  }

  boolean hasPasids() {
    return scalableMode && (ecap & 1L << 40) != 0;
  }

  boolean walksCoherently() {
    return (ecap & 1L << 48) != 0;
  }

  boolean controlsSnooping() {
    return (ecap & 1L << 7) != 0;
  }

  boolean hasNested() {
    return scalableMode && (ecap & NEST) != 0;
  }

  boolean hasPageRequests() {
    return hasPasids() && (ecap & PRS) != 0;
  }

  boolean remapsInterrupts() {
    return (ecap & 1 << 3) != 0;
  }

  boolean postsInterrupts() {
    return (cap & 1L << 59) != 0;
  }

  boolean hasExecuteRequests() {
    return (ecap & 1L << 30) != 0;
  }

  boolean hasSupervisorRequests() {
    return (ecap & 1L << 31) != 0;
  }

  /** Whether a second-level entry has bits set that this unit wants clear. */
  boolean reserves(long entry, int level) {
    return SecondLevelEntry.EXACT.isReserved(entry, level, largestLevel())
        || SecondLevelEntry.snoops(entry, level) && !controlsSnooping();
  }
}
