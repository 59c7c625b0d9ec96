package org.bufferyard.dma;

import java.util.Map;
import java.util.TreeMap;
import org.bufferyard.api.allocator.IovaAllocator;

/** A fresh IOVA space: top-down, sizes below 32 rounded up, aligned to a power of two. No caches. */
final class TopDownIova implements IovaAllocator {
  private final TreeMap<Long, Long> live = new TreeMap<>();
  private final TreeMap<Long, Long> reserved = new TreeMap<>();

  @Override
  public long allocate(long pages, long limitPfn, boolean flushCaches) {
    long size = pages < 32 ? powerOfTwo(pages) : pages;
    long align = powerOfTwo(size);
    if (Long.compareUnsigned(size, limitPfn) > 0) {
      return NO_IOVA;
    }
    long high = limitPfn + 1;
    while (true) {
      long at = (high - size) & -align;
      if (at < 1) {
        return NO_IOVA;
      }
      Long blocker = blocker(at, size);
      if (blocker == null) {
        live.put(at, size);
        return at;
      }
      if (blocker < size) {
        return NO_IOVA;
      }
      high = blocker;
    }
  }

  private Long blocker(long at, long size) {
    for (TreeMap<Long, Long> map : java.util.List.of(live, reserved)) {
      Map.Entry<Long, Long> below = map.floorEntry(at + size - 1);
      if (below != null && below.getKey() + below.getValue() > at) {
        return below.getKey();
      }
    }
    return null;
  }

  private static long powerOfTwo(long n) {
    return n <= 1 ? 1 : Long.highestOneBit(n - 1) << 1;
  }

  @Override
  public void free(long pfn, long pages) {
    Long size = live.remove(pfn);
    if (size == null) {
      throw new IllegalArgumentException("IOVA frame " + pfn + " is not live");
    }
  }

  @Override
  public void reserve(long loPfn, long hiPfn) {
    reserved.put(loPfn, hiPfn - loPfn + 1);
  }

  @Override
  public long livePages() {
    return live.values().stream().mapToLong(Long::longValue).sum();
  }

  @Override
  public void close() {}
}
