package org.bufferyard.api.memory;

import java.util.Objects;

/**
 * A {@code struct page} pointer: a frame number and what really stands behind it.
 *
 * @param pfn frame number of 4096-byte pages
 */
public record PageRef(long pfn, PageBacking backing) {
  public static final int SHIFT = 12;
  public static final long SIZE = 1L << SHIFT;

  /** No page at all; every use of it is a hazard already reported. */
  public static final PageRef ABSENT = new PageRef(0, PageBacking.NONE);

  public PageRef {
    Objects.requireNonNull(backing, "backing");
  }

  /** Physical address of the frame's first byte. */
  public long phys() {
    return pfn << SHIFT;
  }

  /** {@code size} rounded up to whole pages, as PAGE_ALIGN does (wraps to 0 close to 2^64). */
  public static long align(long size) {
    return (size + SIZE - 1) & -SIZE;
  }
}
