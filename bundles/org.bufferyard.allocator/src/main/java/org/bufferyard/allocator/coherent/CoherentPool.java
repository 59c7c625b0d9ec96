package org.bufferyard.allocator.coherent;

import java.util.List;
import org.bufferyard.allocator.frames.FrameBlocks;
import org.bufferyard.allocator.frames.LiveRanges;
import org.bufferyard.allocator.frames.PageFrames;
import org.bufferyard.api.allocator.AdoptionDeclinedException;
import org.bufferyard.api.allocator.AllocationRequest;
import org.bufferyard.api.allocator.Allocator;
import org.bufferyard.api.allocator.AllocatorSpec;
import org.bufferyard.api.memory.PageRef;
import org.bufferyard.api.memory.PhysRange;

/**
 * The page bitmap of a coherent pool: kernel/dma/coherent.c, __dma_alloc_from_coherent() (B3).
 *
 * <p>Algorithm: first fit of a block of 2^order pages, aligned to its size <em>relative to the start
 * of the pool</em>, as bitmap_find_free_region() finds it; five pages take eight. A pool of any
 * number of pages: a block is given only if it lies in it as a whole. Cost: {@link FrameBlocks}'.
 * Thread rule: engine thread. Caveat: the kernel knows no alignment of the caller; a request with
 * {@code alignOrder} beyond its own order walks the candidates one after another.
 *
 * <p>Not modelled: device_base and the mask warning, which are the device's business.
 */
final class CoherentPool implements Allocator {

  private final String id;
  private final PhysRange region;
  private final long first;
  private final long pages;
  private final FrameBlocks blocks;

  /** Pool page to pages as requested. */
  private final LiveRanges live = new LiveRanges();

  CoherentPool(AllocatorSpec spec, List<PhysRange> adopted) throws AdoptionDeclinedException {
    id = spec.id();
    region = spec.regions().getFirst();
    first = PageFrames.first(region);
    pages = PageFrames.count(region);
    blocks = new FrameBlocks(pages, 63 - Long.numberOfLeadingZeros(pages));
    blocks.release(0, pages);
    for (PhysRange range : adopted) {
      adopt(range);
    }
  }

  private void adopt(PhysRange range) throws AdoptionDeclinedException {
    long count = PageFrames.of(PageRef.align(range.size()));
    long page = PageFrames.first(range) - first;
    int order = count < 1 || count > pages ? -1 : AllocationRequest.pages(count).order();
    if (order < 0 || (range.base() & (PageRef.SIZE - 1)) != 0 || !isFree(page, order)) {
      throw new AdoptionDeclinedException(
          id + " " + region + " cannot represent " + range + ": taken, outside or not aligned");
    }
    take(page, order, count);
  }

  @Override
  public long allocate(AllocationRequest request) {
    long count = request.pages();
    if (count > pages) {
      return NO_MEMORY;
    }
    int order = request.order();
    long last = Math.min(pages, PageFrames.end(request) - first) - count;
    long preferred = PageFrames.preferred(request, request.alignOrder()) - first;
    if (preferred >= 0 && preferred <= last && isFree(preferred, order)) {
      return take(preferred, order, count);
    }
    long page =
        request.alignOrder() == 0
            ? firstFit(order, last)
            : firstAligned(order, request.alignOrder(), last);
    return page == FrameBlocks.NONE ? NO_MEMORY : take(page, order, count);
  }

  private boolean isFree(long page, int order) {
    return page >= 0 && (1L << order) <= pages && blocks.isFree(page, order);
  }

  private long firstFit(int order, long last) {
    return (1L << order) > pages ? FrameBlocks.NONE : blocks.firstFit(order, last);
  }

  /** First fit among the pages whose physical address is aligned. */
  private long firstAligned(int order, int alignOrder, long last) {
    long step = Math.max(1L << alignOrder, 1L << order);
    long align = 1L << alignOrder;
    long page = (align - (first & (align - 1))) & (align - 1);
    // The first page that has both alignments, if the pool's start allows one at all.
    while (page <= last && (page & ((1L << order) - 1)) != 0) {
      page += align;
    }
    while (page >= 0 && page <= last) {
      if (isFree(page, order)) {
        return page;
      }
      page += step;
    }
    return FrameBlocks.NONE;
  }

  private long take(long page, int order, long count) {
    blocks.take(page, order);
    live.put(page, count);
    return (first + page) << PageRef.SHIFT;
  }

  @Override
  public void free(long base, long sizeBytes) {
    long page = PageFrames.of(base) - first;
    if ((base & (PageRef.SIZE - 1)) != 0
        || page < 0
        || sizeBytes < PageRef.SIZE
        || live.get(page) << PageRef.SHIFT != sizeBytes) {
      throw PageFrames.notLive(id, base, sizeBytes);
    }
    blocks.give(page, AllocationRequest.pages(live.remove(page)).order());
  }

  @Override
  public boolean owns(long phys) {
    return region.contains(phys);
  }

  @Override
  public long freeBytes() {
    return blocks.freeFrames() << PageRef.SHIFT;
  }

  @Override
  public void close() {
    // The book is all there is.
  }
}
