package org.bufferyard.api.memory;

/** What stands behind a page frame number. */
public enum PageBacking {
  /** System RAM: a struct page and a linear mapping. */
  LINEAR,
  /**
   * A struct page exists in the memory map, but the frame has no linear mapping (a no-map region
   * inside a populated section). Arithmetic on it works; a CPU access through the linear map oopses.
   */
  UNMAPPED,
  /** No struct page: a pointer to one is made up. */
  NONE
}
