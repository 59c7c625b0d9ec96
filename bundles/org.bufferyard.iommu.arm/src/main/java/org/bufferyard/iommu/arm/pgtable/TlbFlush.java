package org.bufferyard.iommu.arm.pgtable;

/** What a table tells the driver that caches have to forget: {@code struct iommu_flush_ops}. */
public interface TlbFlush {
  /** A page is gone; the flush may wait for the next sync. */
  void addPage(long iova, long sizeBytes);

  /**
   * A table below this range is gone, which must be flushed before the table is used again.
   *
   * @param granule bytes of the smallest page in it
   */
  void flushWalk(long iova, long sizeBytes, long granule);
}
