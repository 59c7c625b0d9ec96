package org.bufferyard.iommu.intel;

/**
 * Root and context entries of scalable mode (VT-d specification 9.2, "Scalable-Mode Root Entry", and
 * 9.4, "Scalable-Mode Context Entry"). A context table of 4 KiB holds half a bus: 128 entries of 256
 * bits.
 *
 * <pre>
 * root     low   0      LP     present, for devices 0 to 15
 *                63:12  LCTP   address of their context table
 *          high  0      UP     present, for devices 16 to 31
 *                63:12  UCTP
 * context  qw0   0      P      present
 *                2      DTE    device TLBs may ask
 *                3      PASIDE requests with a PASID may come
 *                4      PRE    page requests may come
 *                11:9   PDTS   2^(PDTS + 7) directory entries
 *                63:12         address of the PASID directory
 *          qw1   19:0   RID_PASID  the PASID of requests without one
 *                20     RID_PRIV   these are supervisor requests; reserved without ECAP.SRS
 * </pre>
 *
 * <p>Stateless. Not modelled: FPD (1).
 */
final class ScalableContextEntry {
  static final int BYTES = 32;
  static final int ENTRIES = 128;

  private static final long PRESENT = 1;
  private static final long DEVICE_TLB = 1 << 2;
  private static final long PASIDS = 1 << 3;
  private static final long PAGE_REQUESTS = 1 << 4;
  private static final long PRIVILEGED = 1 << 20;
  private static final int SIZE_SHIFT = 9;
  private static final long ADDRESS = -1L << 12;

  private ScalableContextEntry() {}

  /** Which half of a root entry, and with it which context table, is a source's: 0 or 1. */
  static int half(int source) {
    return source >>> 7 & 1;
  }

  /** Address of a source's entry in the context table of its half. */
  static long at(long contextTable, int source) {
    return contextTable + (long) (source & ENTRIES - 1) * BYTES;
  }

  /**
   * The first word.
   *
   * @param entries of the directory: a power of two from 128 on
   */
  static long directory(
      long address, int entries, boolean deviceTlb, boolean pasids, boolean pageRequests) {
    long size = Integer.numberOfTrailingZeros(entries) - 7;
    return (address & ADDRESS)
        | size << SIZE_SHIFT
        | (pageRequests ? PAGE_REQUESTS : 0)
        | (pasids ? PASIDS : 0)
        | (deviceTlb ? DEVICE_TLB : 0)
        | PRESENT;
  }

  static boolean isPresent(long word) {
    return (word & PRESENT) != 0;
  }

  static long address(long word) {
    return word & ADDRESS;
  }

  static boolean takesPasids(long word) {
    return (word & PASIDS) != 0;
  }

  /** PASIDs that the directory has tables for. */
  static int pasids(long word) {
    return 1 << (int) (word >>> SIZE_SHIFT & 7) + 7 + PasidEntry.TABLE_SHIFT;
  }

  static int ridPasid(long secondWord) {
    return (int) secondWord & 0xf_ffff;
  }

  /** DTE, PRE and RID_PRIV, as {@link Route} has them. */
  static int controls(long word, long secondWord) {
    return ((word & DEVICE_TLB) != 0 ? Route.DTE : 0)
        | ((word & PAGE_REQUESTS) != 0 ? Route.PRE : 0)
        | ((secondWord & PRIVILEGED) != 0 ? Route.PRIVILEGED : 0);
  }
}
