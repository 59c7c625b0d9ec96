package org.bufferyard.dma;

import java.util.HashMap;
import java.util.Map;
import org.bufferyard.api.allocator.IovaAllocator;

/** A legal book that aligns nothing: downwards from a frame, never reused. */
final class PackedIova implements IovaAllocator {
  private long next;
  private final Map<Long, Long> live = new HashMap<>();

  PackedIova(long firstFree) {
    next = firstFree;
  }

  @Override
  public long allocate(long pages, long limitPfn, boolean flushCaches) {
    next -= pages;
    live.put(next, pages);
    return next;
  }

  @Override
  public void free(long pfn, long pages) {
    if (!live.remove(pfn, pages)) {
      throw new IllegalArgumentException("IOVA frame " + pfn + " is not live");
    }
  }

  @Override
  public void reserve(long loPfn, long hiPfn) {}

  @Override
  public long livePages() {
    return live.values().stream().mapToLong(Long::longValue).sum();
  }

  @Override
  public void close() {}
}
