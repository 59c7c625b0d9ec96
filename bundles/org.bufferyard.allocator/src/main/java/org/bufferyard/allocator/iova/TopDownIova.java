package org.bufferyard.allocator.iova;

import org.bufferyard.allocator.frames.LiveRanges;
import org.bufferyard.api.allocator.AdoptionDeclinedException;
import org.bufferyard.api.allocator.IovaAllocator;
import org.bufferyard.api.allocator.IovaContext.LiveIova;
import org.bufferyard.api.allocator.IovaSpec;
import org.bufferyard.api.kernel.KernelProfile;

/**
 * The kernel's IOVA allocator, drivers/iommu/iova.c: alloc_iova_fast(), free_iova_fast(),
 * reserve_iova() (D5, N1).
 *
 * <p>Algorithm: sizes below 32 frames are rounded to a power of two; sizes up to 32 frames come from
 * the caches first; the rest is searched top-down from the range placed last, each range aligned to
 * the power of two at or above its size. History shows: after a placement under a low limit, later
 * ones below 4 GiB start under it. Cost: a cache hit is O(1); a search walks range by range, as the
 * kernel does; one hash look-up a free. Thread rule: engine thread.
 *
 * <p>Caveats: one CPU. A reservation over cached free ranges flushes them first, which the kernel
 * never has to do because it reserves before the first allocation. Not modelled: the flush queue,
 * which belongs to the domain.
 */
final class TopDownIova implements IovaAllocator {

  /** IOVA_RANGE_CACHE_MAX_SIZE: 1, 2, 4, 8, 16, 32 frames. */
  private static final int CLASSES = 6;

  /** MAX_GLOBAL_MAGS, until 6.7 made the depot a list. */
  private static final int OLD_DEPOT = 32;

  private final IovaSpec spec;

  /** First frame above 4 GiB, {@code dma_32bit_pfn}. */
  private final long pfn32;

  /** Last frame of a 64-bit address. */
  private final long top;

  private final IovaTree tree = new IovaTree();
  private final IovaCache[] caches = new IovaCache[CLASSES];

  /** First frame of a live range to its node. */
  private final LiveRanges live = new LiveRanges();

  private int cached = IovaTree.ANCHOR;
  private int cached32 = IovaTree.ANCHOR;

  /** {@code max32_alloc_size}: requests of this size or more fail below 4 GiB at once. */
  private long max32;

  private long livePages;

  TopDownIova(IovaSpec spec, KernelProfile kernel) {
    this.spec = spec;
    pfn32 = spec.shift() >= 32 ? 1 : 1L << (32 - spec.shift());
    top = -1L >>> spec.shift();
    max32 = pfn32;
    int depot = kernel.behavesAs().atLeast(6, 7) ? Integer.MAX_VALUE : OLD_DEPOT;
    for (int i = 0; i < CLASSES; i++) {
      caches[i] = new IovaCache(depot);
    }
  }

  /** Takes over a range of a predecessor, exactly as long as it is. */
  void adopt(LiveIova range) throws AdoptionDeclinedException {
    long pfn = range.pfn();
    long pages = range.pages();
    if (pages < 1 || pfn < spec.startPfn() || pfn > top - pages + 1) {
      throw new AdoptionDeclinedException(
          spec.domain() + ": " + range + " is no range of an IOVA space from " + spec.startPfn());
    }
    // Rounded as alloc_iova_fast() would have left it, where there is room for that.
    long length = rounded(pages);
    int above = tree.ceiling(pfn);
    if ((pfn & (length - 1)) != 0 || tree.lo(above) < pfn + length) {
      length = pages;
    }
    if (tree.lo(above) < pfn + length) {
      throw new AdoptionDeclinedException(spec.domain() + ": " + range + " is taken already");
    }
    makeLive(tree.insertBelow(above, pfn, pfn + length - 1, IovaTree.LIVE), pages);
  }

  private static long rounded(long pages) {
    return pages < 32 ? powerOfTwo(pages) : pages;
  }

  /** The power of two at or above; 2^63 reads as a negative number, its mask is right all the same. */
  private static long powerOfTwo(long pages) {
    return pages == 1 ? 1 : Long.highestOneBit(pages - 1) << 1;
  }

  /** order_base_2(). */
  private static int order(long pages) {
    return 64 - Long.numberOfLeadingZeros(pages - 1);
  }

  @Override
  public long allocate(long pages, long limitPfn, boolean flushCaches) {
    if (pages < 1 || limitPfn < 0) {
      throw new IllegalArgumentException(
          spec.domain() + ": " + pages + " frames up to frame " + limitPfn);
    }
    long limit = Math.min(limitPfn, top);
    long size = rounded(pages);
    int sizeClass = order(size);
    if (sizeClass < CLASSES) {
      int node = caches[sizeClass].take(tree, limit + 1 - size);
      if (node != IovaTree.NIL) {
        return makeLive(node, pages);
      }
    }
    int node = search(size, limit + 1);
    if (node == IovaTree.NIL && flushCaches) {
      flush();
      node = search(size, limit + 1);
    }
    return node == IovaTree.NIL ? NO_IOVA : makeLive(node, pages);
  }

  private long makeLive(int node, long pages) {
    tree.makeLive(node, pages);
    live.put(tree.lo(node), node);
    livePages += tree.hi(node) - tree.lo(node) + 1;
    return tree.lo(node);
  }

  /** __alloc_and_insert_iova_range(); {@code limit} is the first frame not allowed. */
  private int search(long size, long limit) {
    if (limit <= pfn32 && size >= max32) {
      return IovaTree.NIL;
    }
    int from = limit <= pfn32 ? cached32 : cached;
    int node = place(size, limit, from, spec.startPfn());
    long retry = tree.hi(from);
    if (node == IovaTree.NIL && retry < limit) {
      // Once more, from the limit down to where the first walk began: iova_find_limit().
      int start = limit > pfn32 ? IovaTree.ANCHOR : tree.ceiling(limit);
      node = place(size, limit, start, retry + 1);
    }
    if (node == IovaTree.NIL) {
      max32 = size;
    } else if (tree.hi(node) < pfn32) {
      cached32 = node;
    } else {
      cached = node;
    }
    return node;
  }

  /** The backward walk from {@code from}: the first gap that takes the range, or NIL. */
  private int place(long size, long limit, int from, long low) {
    long align = -powerOfTwo(size);
    long high = limit;
    long pfn;
    int above;
    int current = from;
    do {
      high = Math.min(high, tree.lo(current));
      // The kernel's numbers are unsigned: below zero they wrap and fail the high < size test.
      pfn = high < size ? -1 : (high - size) & align;
      above = current;
      current = tree.previous(current);
    } while (current != IovaTree.NIL && pfn <= tree.hi(current) && pfn >= low);
    return pfn < low
        ? IovaTree.NIL
        : tree.insertBelow(above, pfn, pfn + size - 1, IovaTree.LIVE);
  }

  @Override
  public void free(long pfn, long pages) {
    int node = (int) live.get(pfn);
    if (node == LiveRanges.ABSENT || pages < 1 || pages > tree.requested(node)) {
      throw new IllegalArgumentException(
          spec.domain()
              + ": "
              + pages
              + " frames at 0x"
              + Long.toHexString(pfn)
              + " are not live");
    }
    live.remove(pfn);
    long size = tree.hi(node) - pfn + 1;
    livePages -= size;
    // An adopted range may lack the size or alignment that its class hands out. One that is freed
    // with fewer pages keeps its length in the tree; the class knows its first frame only.
    long handedOut = powerOfTwo(pages);
    if (order(pages) < CLASSES && size >= handedOut && (pfn & (handedOut - 1)) == 0) {
      tree.makeCached(node);
      int[] overflow = caches[order(pages)].put(node);
      for (int i = 0; i < overflow.length; i++) {
        erase(overflow[i]);
      }
    } else {
      erase(node);
    }
  }

  /** remove_iova() with __cached_rbnode_delete_update(). */
  private void erase(int node) {
    long lo = tree.lo(node);
    if (node == cached32 || (tree.hi(node) < pfn32 && lo >= tree.lo(cached32))) {
      cached32 = tree.next(node);
    }
    if (lo < pfn32) {
      max32 = pfn32;
    }
    if (lo >= tree.lo(cached)) {
      cached = tree.next(node);
    }
    tree.erase(node);
  }

  /** free_cpu_cached_iovas(), then free_global_cached_iovas(). */
  private void flush() {
    int[] nodes = new int[2 * IovaCache.MAGAZINE];
    for (IovaCache cache : caches) {
      int count = cache.drainMagazines(nodes);
      for (int i = 0; i < count; i++) {
        erase(nodes[i]);
      }
    }
    for (IovaCache cache : caches) {
      for (int[] full = cache.drainDepot(); full.length > 0; full = cache.drainDepot()) {
        for (int i = 0; i < full.length; i++) {
          erase(full[i]);
        }
      }
    }
  }

  @Override
  public void reserve(long loPfn, long hiPfn) {
    if (loPfn < 0 || loPfn > hiPfn || hiPfn > top) {
      throw new IllegalArgumentException(
          spec.domain() + ": reservation of frames " + loPfn + " to " + hiPfn);
    }
    if (meets(loPfn, hiPfn, IovaTree.LIVE)) {
      throw new IllegalArgumentException(
          spec.domain()
              + ": reservation of frames "
              + loPfn
              + " to "
              + hiPfn
              + " over a live range");
    }
    if (meets(loPfn, hiPfn, IovaTree.CACHED)) {
      flush();
    }
    // __adjust_overlap_range(): the first range met grows down, what is above the last one is new.
    long lo = loPfn;
    int node = tree.ceiling(lo);
    while (tree.lo(node) <= hiPfn) {
      if (lo < tree.lo(node)) {
        tree.extendDown(node, lo);
      }
      lo = tree.hi(node) + 1;
      node = tree.next(node);
    }
    if (lo <= hiPfn) {
      tree.insertBelow(node, lo, hiPfn, IovaTree.RESERVED);
    }
  }

  private boolean meets(long lo, long hi, byte state) {
    for (int node = tree.ceiling(lo); tree.lo(node) <= hi; node = tree.next(node)) {
      if (tree.state(node) == state) {
        return true;
      }
    }
    return false;
  }

  @Override
  public long livePages() {
    return livePages;
  }

  @Override
  public void close() {
    // The book is all there is.
  }
}
