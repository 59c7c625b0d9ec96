package org.bufferyard.iommu.exynos;

/**
 * The table of one domain as its driver fills it, in pages of which each call takes one. Engine
 * thread only.
 */
public interface MappedTable extends WalkedTable, AutoCloseable {
  /** False when there was no memory for the first level, and after close. */
  boolean exists();

  /** What the register for the first level is given. */
  long base();

  /** Whether an entry has bits for an address up to {@code last}. */
  boolean reaches(long last);

  /**
   * Maps one page.
   *
   * @return 0 or a negative errno with nothing mapped
   */
  int map(int iova, long phys, long size, int prot);

  /**
   * Unmaps at most one page.
   *
   * @return bytes gone as the driver counts them; negative the size of a page of which only a part
   *     was asked for, with nothing changed
   */
  long unmap(int iova, long size);

  /** Gives its memory back. */
  @Override
  void close();
}
