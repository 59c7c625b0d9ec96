package org.bufferyard.dmabuf;

import java.util.Map;
import java.util.TreeMap;
import org.bufferyard.api.allocator.AllocationRequest;
import org.bufferyard.api.allocator.Allocator;
import org.bufferyard.api.memory.PageRef;
import org.bufferyard.api.memory.PhysRange;

/** A book that gives the lowest aligned range that is free; blocks above a size can be denied. */
final class BumpBook implements Allocator {
  private final PhysRange region;
  private final Map<Long, Long> live = new TreeMap<>();

  /** Requests of more pages than this fail, as in fragmented memory. */
  long largestPages = Long.MAX_VALUE;

  BumpBook(PhysRange region) {
    this.region = region;
  }

  PhysRange region() {
    return region;
  }

  @Override
  public long allocate(AllocationRequest request) {
    if (request.pages() > largestPages) {
      return NO_MEMORY;
    }
    long align = PageRef.SIZE << request.alignOrder();
    long base = region.base();
    for (Map.Entry<Long, Long> taken : live.entrySet()) {
      if (base + request.sizeBytes() <= taken.getKey()) {
        break;
      }
      base = taken.getKey() + taken.getValue() + align - 1 & -align;
    }
    if (base + request.sizeBytes() > region.base() + region.size()) {
      return NO_MEMORY;
    }
    live.put(base, request.sizeBytes());
    return base;
  }

  @Override
  public void free(long base, long sizeBytes) {
    if (!Long.valueOf(sizeBytes).equals(live.remove(base))) {
      throw new IllegalArgumentException(sizeBytes + " bytes at " + base + " are not live");
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

  @Override
  public void close() {}
}
