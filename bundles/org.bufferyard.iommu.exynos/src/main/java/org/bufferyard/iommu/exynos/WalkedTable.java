package org.bufferyard.iommu.exynos;

/**
 * A translation table of 32-bit IOVAs as hardware reads it. The answer of a walk stays in the table
 * until the next one, so that a walk allocates nothing. Engine thread only.
 */
public interface WalkedTable {
  /** No page there. */
  int NOTHING = 0;

  /** A table lies where no memory answers. */
  int BROKEN = -1;

  /**
   * Walks the table.
   *
   * @return log2 of the size of the page found, {@link #NOTHING} or {@link #BROKEN}
   */
  int walk(int iova);

  /** Physical base of the page that the last successful walk found. */
  long walkedPhys();

  /** READ and WRITE bits of the page that the last successful walk found. */
  int walkedProt();

  /** Physical address behind {@code iova}, as iova_to_phys(); 0 where nothing is mapped. */
  default long phys(long iova) {
    if (iova >>> 32 != 0) {
      return 0;
    }
    int order = walk((int) iova);
    return order > 0 ? walkedPhys() + (iova & ((1L << order) - 1)) : 0;
  }
}
