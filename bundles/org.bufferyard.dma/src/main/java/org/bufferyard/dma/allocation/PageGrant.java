package org.bufferyard.dma.allocation;

import org.bufferyard.api.allocator.Allocator;
import org.bufferyard.api.dma.AllocationSource;
import org.bufferyard.api.memory.PageRef;

/** Contiguous pages that a book granted. */
public record PageGrant(long base, long pages, AllocationSource source, Allocator book) {
  long sizeBytes() {
    return pages << PageRef.SHIFT;
  }

  public void giveBack() {
    book.free(base, sizeBytes());
  }
}
