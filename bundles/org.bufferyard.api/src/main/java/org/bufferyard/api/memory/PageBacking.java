package org.bufferyard.api.memory;

/**
 * What stands behind a page frame number: what {@code pfn_valid()} and the linear map say of it.
 */
public enum PageBacking {
  /** System RAM: a struct page and a linear mapping. */
  LINEAR,
  /**
   * A struct page exists in the memory map, but the frame has no linear mapping (a no-map region
   * inside a populated section). Arithmetic on it works; a CPU access through the linear map oopses.
   */
  UNMAPPED,
  /**
   * A register window of a PCI function whose driver made pages of it ({@code
   * pci_p2pdma_add_resource()}): a struct page and a linear mapping, uncached. How a device reaches it
   * depends on where both stand.
   */
  PEER,
  /** No struct page: a pointer to one is made up. */
  NONE;

  /** Whether there is a struct page that the CPU reaches the bytes through. */
  public boolean hasLinearMapping() {
    return this == LINEAR || this == PEER;
  }
}
