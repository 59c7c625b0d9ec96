package org.bufferyard.iommu.arm.smmu;

/** How a domain makes the caches of its SMMU forget. Engine thread only. */
interface Invalidator {
  /**
   * Forgets a range and waits for it.
   *
   * @param leafOnly whether tables above the pages stay as they were
   */
  void range(PagedDomain domain, long start, long last, long pageSize, boolean leafOnly);

  /** Forgets all of a domain and waits for it. */
  void all(PagedDomain domain);

  /** The domain is closed: no stream may walk its table any more. */
  void closed(PagedDomain domain);
}
