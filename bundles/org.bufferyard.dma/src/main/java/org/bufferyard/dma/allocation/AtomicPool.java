package org.bufferyard.dma.allocation;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Optional;
import java.util.function.LongFunction;
import java.util.function.LongPredicate;
import org.bufferyard.api.allocator.AllocationRequest;
import org.bufferyard.api.allocator.Allocator;
import org.bufferyard.api.dma.AllocationSource;
import org.bufferyard.api.memory.PageRef;
import org.bufferyard.api.memory.PhysRange;

/**
 * One atomic pool: pages set aside and mapped uncached, for callers that may not sleep ({@code
 * kernel/dma/pool.c}, {@code gen_pool_first_fit_order_align()}).
 *
 * <p>Algorithm: a bit a page in each chunk; first fit, aligned to the request's own order within the
 * chunk, exactly as many pages as asked. The newest chunk is searched first. A pool grows by as much
 * as it has whenever less than its configured size is free, after the call that left it so; it never
 * shrinks. Cost: O(pages of a chunk). Thread rule: engine thread.
 */
public final class AtomicPool {
  /** Pages that one grant of the memory below became. */
  private static final class Chunk implements Allocator {
    private final PhysRange range;
    private final BitSet taken = new BitSet();
    private final int pages;

    Chunk(PhysRange range) {
      this.range = range;
      this.pages = Math.toIntExact(range.size() >>> PageRef.SHIFT);
    }

    @Override
    public long allocate(AllocationRequest request) {
      int count = Math.toIntExact(request.pages());
      int align = 1 << request.alignOrder();
      long preferred = (request.preferredBase() - range.base()) >> PageRef.SHIFT;
      if (preferred >= 0 && preferred % align == 0 && fits(preferred, count)) {
        return take((int) preferred, count);
      }
      for (long at = 0; at + count <= pages; at += align) {
        if (fits(at, count)) {
          return take((int) at, count);
        }
      }
      return NO_MEMORY;
    }

    private boolean fits(long at, int count) {
      int next = at + count > pages ? 0 : taken.nextSetBit((int) at);
      return at + count <= pages && (next < 0 || next >= at + count);
    }

    private long take(int at, int count) {
      taken.set(at, at + count);
      return range.base() + ((long) at << PageRef.SHIFT);
    }

    @Override
    public void free(long base, long sizeBytes) {
      int at = (int) ((base - range.base()) >>> PageRef.SHIFT);
      taken.clear(at, at + (int) (sizeBytes >>> PageRef.SHIFT));
    }

    @Override
    public boolean owns(long phys) {
      return range.contains(phys);
    }

    @Override
    public long freeBytes() {
      return (long) (pages - taken.cardinality()) << PageRef.SHIFT;
    }

    @Override
    public void close() {
      // Its memory stays with the pool.
    }
  }

  /** How a pool's name stands in the kernel's messages, such as {@code GFP_DMA32}. */
  private final String name;

  /** Free pages below which the pool grows, {@code atomic_pool_size}. */
  private final long wantedPages;

  /** Takes pages of the pool's zone for good; gets a count, a power of two. */
  private final LongFunction<Optional<PhysRange>> source;

  private final List<Chunk> chunks = new ArrayList<>();

  public AtomicPool(String name, long wantedPages, LongFunction<Optional<PhysRange>> source) {
    this.name = name;
    this.wantedPages = wantedPages;
    this.source = source;
    expand(wantedPages);
  }

  String name() {
    return name;
  }

  /**
   * gen_pool_alloc(), then the refill that it may call for.
   *
   * @param hint a recorded address; taken where it is free, also from memory that this pool has not
   *     seen but may have grown into
   */
  public Optional<PageGrant> allocate(long count, long hint, LongPredicate reaches) {
    Optional<PageGrant> grant = find(count, hint);
    if (grant.isPresent() && !reaches.test(grant.get().base())) {
      grant.get().giveBack();
      return Optional.empty();
    }
    if (grant.isPresent() && freePages() < wantedPages) {
      expand(pages());
    }
    return grant;
  }

  private Optional<PageGrant> find(long count, long hint) {
    if (count < 1 || count > 1L << Pages.MAX_ORDER) {
      return Optional.empty();
    }
    int order = Pages.order(count);
    AllocationRequest request = new AllocationRequest(count, order, -1L, hint);
    for (Chunk chunk : ordered(hint)) {
      long base = chunk.allocate(request);
      if (base != Allocator.NO_MEMORY) {
        return Optional.of(new PageGrant(base, count, AllocationSource.ATOMIC_POOL, chunk));
      }
    }
    return Optional.empty();
  }

  /** Newest first; the one that owns the recorded address before all. */
  private List<Chunk> ordered(long hint) {
    List<Chunk> order = new ArrayList<>(chunks.reversed());
    for (int i = 1; i < order.size(); i++) {
      if (order.get(i).owns(hint)) {
        order.addFirst(order.remove(i));
        break;
      }
    }
    return order;
  }

  public boolean owns(long phys) {
    return chunks.stream().anyMatch(c -> c.owns(phys));
  }

  private void expand(long pages) {
    for (int order = Math.min(Pages.order(pages), Pages.MAX_ORDER); order >= 0; order--) {
      Optional<PhysRange> memory = source.apply(1L << order);
      if (memory.isPresent()) {
        chunks.add(new Chunk(memory.get()));
        return;
      }
    }
  }

  public long pages() {
    return chunks.stream().mapToLong(c -> c.pages).sum();
  }

  private long freePages() {
    return chunks.stream().mapToLong(c -> c.freeBytes() >>> PageRef.SHIFT).sum();
  }
}
