package org.bufferyard.dmabuf;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.bufferyard.api.dmabuf.DmaBufs.PageBlocks;
import org.bufferyard.api.memory.PageRef;
import org.bufferyard.api.memory.SgTable;

/** How drivers fill a buffer from the page allocator ({@code videobuf2-dma-sg.c}, shmem). */
final class DriverPages {
  /** MAX_PAGE_ORDER. */
  private static final int LARGEST_ORDER = 10;

  private DriverPages() {}

  static Optional<SgTable> allocate(PageStore store, long sizeBytes, PageBlocks how) {
    long whole = PageRef.align(sizeBytes);
    if (Long.compareUnsigned(whole, store.freeBytes()) > 0) {
      return Optional.empty();
    }
    List<PageStore.Block> blocks = new ArrayList<>();
    long rest = whole >>> PageRef.SHIFT;
    while (rest > 0) {
      Optional<PageStore.Block> block = next(store, rest, how);
      if (block.isEmpty()) {
        blocks.forEach(store::free);
        return Optional.empty();
      }
      blocks.add(block.get());
      rest -= block.get().pages();
    }
    return Optional.of(store.mergedListOf(blocks));
  }

  /** The order goes down until a block is found. */
  private static Optional<PageStore.Block> next(PageStore store, long pages, PageBlocks how) {
    if (how == PageBlocks.SINGLE) {
      return store.block(0);
    }
    int fits = Long.SIZE - 1 - Long.numberOfLeadingZeros(pages);
    for (int order = Math.min(fits, LARGEST_ORDER); order >= 0; order--) {
      Optional<PageStore.Block> block = store.lowBlock(order);
      if (block.isPresent()) {
        return block;
      }
    }
    return Optional.empty();
  }
}
