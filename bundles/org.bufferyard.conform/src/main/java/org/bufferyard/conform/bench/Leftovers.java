package org.bufferyard.conform.bench;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.bufferyard.api.allocator.AllocationRequest;
import org.bufferyard.api.allocator.Allocator;
import org.bufferyard.api.memory.PageRef;
import org.bufferyard.conform.record.RecordedCase;
import org.bufferyard.platform.yard.YardDevice;

/**
 * What earlier cases of the same boot left allocated in a device's pool, having freed it wrongly or
 * forgotten it. As with bounce slots, the first allocation of a case in a pool tells: what the search
 * would have preferred before it is taken. Every later one is compared exactly. Only for lists that
 * have to clean up behind themselves: the others leave nothing.
 */
public final class Leftovers {
  private final boolean possible;

  /** Pools whose first allocation this case has seen, by id. */
  private final Set<String> seen = new HashSet<>();

  Leftovers(RecordedCase recorded) {
    this.possible = recorded.ops().contains("reset");
  }

  /**
   * Told before an allocation.
   *
   * @param phys where the kernel's came to lie
   */
  public void learn(YardDevice device, long phys, long sizeBytes) {
    Optional<YardDevice.Pool> pool =
        device.coherentPool().filter(p -> p.spec().range().contains(phys));
    if (pool.isPresent() && seen.add(pool.get().spec().id()) && possible) {
      long base = pool.get().spec().range().base();
      take(pool.get().allocator(), base, phys, blockBytes(sizeBytes));
    }
  }

  /** Pool blocks are powers of two of pages, aligned to their size. */
  private static long blockBytes(long sizeBytes) {
    long pages = Math.max(1, PageRef.align(sizeBytes) >>> PageRef.SHIFT);
    return Long.highestOneBit(pages * 2 - 1) << PageRef.SHIFT;
  }

  /** One page of each block that lies before: no more is known to be taken. */
  private static void take(Allocator book, long base, long end, long blockBytes) {
    List<Long> free = new ArrayList<>();
    while (true) {
      long page = book.allocate(AllocationRequest.pages(1));
      if (page == Allocator.NO_MEMORY) {
        break;
      }
      if (Long.compareUnsigned(page, end) >= 0) {
        free.add(page);
        break;
      }
      if ((page - base) % blockBytes != 0) {
        free.add(page);
      }
    }
    free.forEach(page -> book.free(page, PageRef.SIZE));
  }
}
