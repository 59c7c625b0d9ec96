package org.bufferyard.dmabuf;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.bufferyard.api.kernel.Rule;
import org.bufferyard.api.memory.PageRef;
import org.bufferyard.api.memory.SgTable;
import org.bufferyard.platform.yard.YardDevice;

/** A heap of {@code /dev/dma_heap}: where its pages come from. */
sealed interface DmaHeap {
  /** As the device node is called. */
  String name();

  /** The ops of its buffers. */
  String ops();

  /** What says how it allocates. */
  Rule rule();

  /** Where its memory comes from, as the start of a sentence. */
  String from();

  /**
   * Takes pages.
   *
   * @param sizeBytes whole pages, at least one
   * @return the list of a new buffer, or nothing: -ENOMEM
   */
  Optional<SgTable> allocate(PageStore store, long sizeBytes);

  /** {@code heaps/system_heap.c}: blocks of the page allocator, the largest that fit first (G3). */
  record SystemHeap(String name) implements DmaHeap {
    private static final int[] ORDERS = {8, 4, 0};

    @Override
    public String ops() {
      return "system-heap";
    }

    @Override
    public Rule rule() {
      return CoreRules.SYSTEM_HEAP;
    }

    @Override
    public String from() {
      return "pages of the page allocator, the largest blocks first,";
    }

    @Override
    public Optional<SgTable> allocate(PageStore store, long sizeBytes) {
      // More than there is: the loop would find out, block by block.
      if (Long.compareUnsigned(sizeBytes, store.freeBytes()) > 0) {
        return Optional.empty();
      }
      List<PageStore.Block> blocks = new ArrayList<>();
      long rest = sizeBytes >>> PageRef.SHIFT;
      int largest = ORDERS[0];
      while (rest > 0) {
        Optional<PageStore.Block> block = largestAvailable(store, rest, largest);
        if (block.isEmpty()) {
          blocks.forEach(store::free);
          return Optional.empty();
        }
        blocks.add(block.get());
        rest -= block.get().pages();
        largest = Long.numberOfTrailingZeros(block.get().pages());
      }
      return Optional.of(store.listOf(blocks));
    }

    /** alloc_largest_available(): never larger than the block before. */
    private static Optional<PageStore.Block> largestAvailable(
        PageStore store, long pages, int largest) {
      for (int order : ORDERS) {
        if (pages >= 1L << order && order <= largest) {
          Optional<PageStore.Block> block = store.block(order);
          if (block.isPresent()) {
            return block;
          }
        }
      }
      return Optional.empty();
    }
  }

  /** {@code heaps/cma_heap.c}: one run of a CMA area (G4). */
  record CmaHeap(String name, YardDevice.Pool area) implements DmaHeap {
    /** CONFIG_CMA_ALIGNMENT. */
    private static final int CMA_ALIGNMENT = 8;

    @Override
    public String ops() {
      return "cma-heap";
    }

    @Override
    public Rule rule() {
      return CoreRules.CMA_HEAP;
    }

    @Override
    public String from() {
      return "pages of the CMA area " + area.spec().name();
    }

    @Override
    public Optional<SgTable> allocate(PageStore store, long sizeBytes) {
      long pages = sizeBytes >>> PageRef.SHIFT;
      int order = pages == 1 ? 0 : Long.SIZE - Long.numberOfLeadingZeros(pages - 1);
      return store
          .contiguous(area.allocator(), pages, Math.min(order, CMA_ALIGNMENT))
          .map(run -> store.listOf(List.of(run)));
    }
  }
}
