package org.bufferyard.iommu.arm.pgtable;

/** Where a table's WARN goes. */
@FunctionalInterface
public interface Complaints {
  void warn(String text);
}
