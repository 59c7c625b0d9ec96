package org.bufferyard.platform.yard;

import org.osgi.annotation.versioning.ProviderType;

/**
 * Addresses that a recorded kernel chose and no model can know: the page allocator's, and the first
 * slot of a bounce search, slots that were leaked before. Allocators take them where they are free and theirs; they change no rule.
 * Engine thread only.
 */
@ProviderType
public interface Placements {
  /**
   * The next page allocations prefer these bases, in order: one for a contiguous allocation, one for
   * each page of an allocation that is scattered behind an IOMMU.
   */
  void preferPages(long base);

  /** The next bounce prefers this slot address. */
  void preferBounce(long address);

  /**
   * The next bounce without a preference ended here: what its search passes over on the way is busy
   * for reasons that the record does not hold, such as an oops before it.
   */
  void sawBounce(long address);

  /** Drops what was not used. */
  void clear();

  /** The next preferred page base, consumed; -1 for none. Called by the DMA engine. */
  long nextPages();

  /** The next preferred bounce address, consumed; -1 for none. */
  long nextBounce();

  /** Where the next bounce ended, consumed; -1 when nobody saw it. */
  long nextSeenBounce();
}
