package org.bufferyard.dma;

import java.util.Map;
import java.util.TreeMap;
import org.bufferyard.api.allocator.AllocationRequest;
import org.bufferyard.api.allocator.Allocator;
import org.bufferyard.api.memory.PageRef;
import org.bufferyard.api.memory.PhysRange;

/** One region, first fit, blocks of powers of two aligned to their size from the region's start. */
final class FirstFitBook implements Allocator {
  private final PhysRange region;
  private final TreeMap<Long, Long> live = new TreeMap<>();

  FirstFitBook(PhysRange region) {
    this.region = region;
  }

  @Override
  public long allocate(AllocationRequest request) {
    long block = PageRef.SIZE << request.order();
    long preferred = request.preferredBase();
    if (preferred != AllocationRequest.NO_PREFERENCE
        && region.contains(preferred, request.sizeBytes())
        && isFree(preferred, request.sizeBytes())) {
      live.put(preferred, request.sizeBytes());
      return preferred;
    }
    for (long at = region.base(); region.contains(at, block); at += block) {
      if (isFree(at, block)) {
        live.put(at, block);
        return at;
      }
    }
    return NO_MEMORY;
  }

  private boolean isFree(long base, long size) {
    Map.Entry<Long, Long> below = live.floorEntry(base + size - 1);
    return below == null || below.getKey() + below.getValue() <= base;
  }

  @Override
  public void free(long base, long sizeBytes) {
    if (live.remove(base) == null) {
      throw new IllegalArgumentException("not live: 0x" + Long.toHexString(base));
    }
  }

  @Override
  public boolean owns(long phys) {
    return region.contains(phys);
  }

  @Override
  public long freeBytes() {
    return region.size() - live.values().stream().mapToLong(Long::longValue).sum();
  }

  boolean isEmpty() {
    return live.isEmpty();
  }

  @Override
  public void close() {}
}
