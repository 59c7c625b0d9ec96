package org.bufferyard.dmabuf;

import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.bufferyard.api.allocator.AllocationRequest;
import org.bufferyard.api.allocator.Allocator;
import org.bufferyard.api.memory.PageRef;
import org.bufferyard.api.memory.Pgprot;
import org.bufferyard.api.memory.Segment;
import org.bufferyard.api.memory.SgTable;
import org.bufferyard.platform.yard.DmaBufEngineContext;
import org.bufferyard.platform.yard.DmaEngineContext.Zone;

/**
 * Pages for exporters that allocate for nobody's device: blocks of the page allocator and runs of
 * CMA areas, zeroed. What a table was made of goes back when its buffer is released.
 */
final class PageStore {
  /** Pages in a row, and the book that gave them. */
  record Block(long base, long pages, Allocator book) {
    private long sizeBytes() {
      return pages << PageRef.SHIFT;
    }
  }

  private final DmaBufEngineContext yard;

  /** By identity of the table. */
  private final Map<SgTable, List<Block>> owned = new IdentityHashMap<>();

  PageStore(DmaBufEngineContext yard) {
    this.yard = yard;
  }

  /** alloc_pages(GFP_HIGHUSER | __GFP_ZERO): the highest zone that has a block. */
  Optional<Block> block(int order) {
    return block(order, true);
  }

  /** alloc_pages(GFP_KERNEL | __GFP_ZERO): the same without memory that the kernel maps on demand. */
  Optional<Block> lowBlock(int order) {
    return block(order, false);
  }

  private Optional<Block> block(int order, boolean high) {
    AllocationRequest request =
        new AllocationRequest(1L << order, order, -1L, AllocationRequest.NO_PREFERENCE);
    for (Zone zone : yard.zones().reversed()) {
      if (!high && zone.name().equalsIgnoreCase("HighMem")) {
        continue;
      }
      Optional<Block> block = take(zone.allocator(), request);
      if (block.isPresent()) {
        return block;
      }
    }
    return Optional.empty();
  }

  /** cma_alloc(), and the clearing that its callers do. */
  Optional<Block> contiguous(Allocator area, long pages, int alignOrder) {
    return take(
        area, new AllocationRequest(pages, alignOrder, -1L, AllocationRequest.NO_PREFERENCE));
  }

  private Optional<Block> take(Allocator book, AllocationRequest request) {
    long base = book.allocate(request);
    if (base == Allocator.NO_MEMORY) {
      return Optional.empty();
    }
    yard.cache().zero(base, Pgprot.CACHED, request.sizeBytes());
    return Optional.of(new Block(base, request.pages(), book));
  }

  /** Bytes that nobody has taken, of all zones. */
  long freeBytes() {
    return yard.zones().stream().mapToLong(zone -> zone.allocator().freeBytes()).sum();
  }

  void free(Block block) {
    yard.cache().forget(block.base(), block.sizeBytes());
    block.book().free(block.base(), block.sizeBytes());
  }

  /** A list with one entry for each block; the blocks go with the list. */
  SgTable listOf(List<Block> blocks) {
    List<Segment.PageBacked> entries = new ArrayList<>();
    for (Block block : blocks) {
      entries.add(entry(block.base(), block.sizeBytes()));
    }
    SgTable table = SgTable.ofPages(entries);
    owned.put(table, List.copyOf(blocks));
    return table;
  }

  /** The same, as sg_alloc_table_from_pages() makes it: neighbours are one entry. */
  SgTable mergedListOf(List<Block> blocks) {
    List<Segment.PageBacked> entries = new ArrayList<>();
    long start = blocks.getFirst().base();
    long end = start;
    for (Block block : blocks) {
      if (block.base() != end) {
        entries.add(entry(start, end - start));
        start = block.base();
        end = start;
      }
      end += block.sizeBytes();
    }
    entries.add(entry(start, end - start));
    SgTable table = SgTable.ofPages(entries);
    owned.put(table, List.copyOf(blocks));
    return table;
  }

  /** An entry of the CPU list at that place. */
  Segment.PageBacked entry(long phys, long sizeBytes) {
    PageRef page = new PageRef(phys >>> PageRef.SHIFT, yard.memory().backing(phys));
    return new Segment.PageBacked(page, 0, sizeBytes);
  }

  /** Gives back what a list of {@link #listOf} was made of; nothing for any other. */
  void release(SgTable table) {
    Optional.ofNullable(owned.remove(table)).ifPresent(blocks -> blocks.forEach(this::free));
  }
}
