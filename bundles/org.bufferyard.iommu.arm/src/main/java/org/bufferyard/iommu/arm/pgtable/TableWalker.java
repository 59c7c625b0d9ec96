package org.bufferyard.iommu.arm.pgtable;

/**
 * A walk as hardware makes it. Its answer stays in the walker until the next one, so that a walk
 * allocates nothing. Engine thread only.
 */
public interface TableWalker {
  /** What a walk found. */
  enum Found {
    PAGE,
    NOTHING,
    /** A page whose access flag is clear. */
    NOT_ACCESSED,
    /** A table or page lies beyond the output addresses of the table. */
    TOO_FAR,
    /** A table lies where no memory answers. */
    BROKEN
  }

  Found walk(long iova);

  /** Physical address that the last walk found for its iova. */
  long walkedPhys();

  /** log2 of the size of the page that the last walk found. */
  int walkedOrder();

  /** READ and WRITE as the hardware checks them in the page that the last walk found. */
  int walkedProt();

  /** {@link Rights} in the page that the last walk found. */
  default int walkedRights() {
    return Rights.ofProt(walkedProt());
  }
}
