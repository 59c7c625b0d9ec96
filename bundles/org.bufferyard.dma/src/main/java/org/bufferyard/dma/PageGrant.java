package org.bufferyard.dma;

import org.bufferyard.api.allocator.Allocator;
import org.bufferyard.api.dma.AllocationSource;
import org.bufferyard.api.memory.PageRef;

/** Contiguous pages that a book granted. */
record PageGrant(long base, long pages, AllocationSource source, Allocator book) {
  long sizeBytes() {
    return pages << PageRef.SHIFT;
  }

  void giveBack() {
    book.free(base, sizeBytes());
  }
}
