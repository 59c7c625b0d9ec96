package org.bufferyard.iommu.intel;

/**
 * What first- and second-level tables share: 4 KiB tables of 512 entries of 8 bytes, addresses of 52
 * bits. Level 0 holds 4 KiB pages, 1 holds 2 MiB, 2 holds 1 GiB. Stateless.
 */
final class Paging {
  static final int PAGE_SHIFT = 12;
  static final int LEVEL_BITS = 9;
  static final int ENTRIES = 1 << LEVEL_BITS;
  static final int BYTES = 8;

  /** Width of a physical address in an entry. */
  static final int ADDRESS_BITS = 52;

  static final long ADDRESS = (1L << ADDRESS_BITS) - (1L << PAGE_SHIFT);

  private Paging() {}

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

  /** Physical address of the entry for {@code iova} in a table. */
  static long slot(long table, long iova, int level) {
    return table + (long) index(iova, level) * BYTES;
  }
}
