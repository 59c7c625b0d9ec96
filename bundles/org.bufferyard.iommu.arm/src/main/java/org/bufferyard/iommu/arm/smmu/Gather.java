package org.bufferyard.iommu.arm.smmu;

/**
 * struct iommu_iotlb_gather: one range of pages of one size that caches have yet to forget. Engine
 * thread only.
 */
final class Gather {
  private long start;
  private long last;
  private long pageSize;

  boolean isEmpty() {
    return pageSize == 0;
  }

  /** Whether a page joins the range without a gap (iommu_iotlb_gather_is_disjoint()). */
  boolean takes(long iova, long size) {
    return isEmpty()
        || (pageSize == size
            && Long.compareUnsigned(iova + size - 1 + 1, start) >= 0
            && Long.compareUnsigned(iova, last + 1) <= 0);
  }

  void add(long iova, long size) {
    long end = iova + size - 1;
    if (isEmpty()) {
      start = iova;
      last = end;
      pageSize = size;
      return;
    }
    start = Long.compareUnsigned(iova, start) < 0 ? iova : start;
    last = Long.compareUnsigned(end, last) > 0 ? end : last;
  }

  long start() {
    return start;
  }

  /** Last byte. */
  long last() {
    return last;
  }

  /** Bytes of each page in it. */
  long pageSize() {
    return pageSize;
  }

  void clear() {
    pageSize = 0;
  }
}
