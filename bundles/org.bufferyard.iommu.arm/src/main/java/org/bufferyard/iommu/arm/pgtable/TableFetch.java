package org.bufferyard.iommu.arm.pgtable;

/** Where a walker finds what a table's address means. Engine thread only. */
@FunctionalInterface
public interface TableFetch {
  /**
   * Physical address of the entry at {@code address}.
   *
   * @return {@link TableMemory#NONE} when it cannot be read
   */
  long locate(long address);
}
