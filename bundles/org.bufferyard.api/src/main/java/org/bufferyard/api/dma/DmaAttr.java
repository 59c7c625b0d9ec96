package org.bufferyard.api.dma;

/**
 * One bit of {@code DMA_ATTR_*} (B13, {@code include/linux/dma-mapping.h}). {@link DmaAttrs} is a
 * set of them.
 */
public enum DmaAttr {
  WEAK_ORDERING(1),
  WRITE_COMBINE(2),
  NO_KERNEL_MAPPING(4),
  SKIP_CPU_SYNC(5),
  FORCE_CONTIGUOUS(6),
  ALLOC_SINGLE_PAGES(7),
  NO_WARN(8),
  PRIVILEGED(9),
  MMIO(10),
  DEBUGGING_IGNORE_CACHELINES(11),
  REQUIRE_COHERENT(12),
  CC_SHARED(13);

  private final int bit;

  DmaAttr(int bit) {
    this.bit = bit;
  }

  /** The attribute as a mask. */
  public long mask() {
    return 1L << bit;
  }
}
