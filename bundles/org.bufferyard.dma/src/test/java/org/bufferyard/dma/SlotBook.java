package org.bufferyard.dma;

import java.util.Map;
import java.util.TreeMap;
import org.bufferyard.api.allocator.BouncePool;
import org.bufferyard.api.allocator.BouncePoolSpec;
import org.bufferyard.api.allocator.BounceRequest;
import org.bufferyard.api.memory.PhysRange;

/** First fit in slots; pages and longer start at a page. */
final class SlotBook implements BouncePool {
  private final PhysRange region;
  private final TreeMap<Long, Long> live = new TreeMap<>();

  SlotBook(PhysRange region) {
    this.region = region;
  }

  @Override
  public long map(BounceRequest request) {
    long size = request.sizeBytes();
    if (size > (long) BouncePoolSpec.SEGMENT_SLOTS * BouncePoolSpec.SLOT_BYTES) {
      return FULL;
    }
    long align =
        Math.max(
            request.allocAlignMask() + 1,
            size >= 4096 ? 4096 : (long) BouncePoolSpec.SLOT_BYTES);
    long offset = request.original() & request.minAlignMask();
    long length = (size + offset + 2047) & -2048L;
    for (long at = (region.base() + align - 1) & -align;
        region.contains(at, length);
        at += align) {
      Map.Entry<Long, Long> below = live.floorEntry(at + length - 1);
      if (below == null || below.getKey() + below.getValue() <= at) {
        live.put(at + offset, length - offset);
        return at + offset;
      }
    }
    return FULL;
  }

  @Override
  public void release(long address) {
    if (live.remove(address) == null) {
      throw new IllegalArgumentException("not live: 0x" + Long.toHexString(address));
    }
  }

  @Override
  public boolean owns(long phys) {
    return region.contains(phys);
  }

  @Override
  public long usedSlots() {
    return live.values().stream().mapToLong(l -> (l + 2047) / 2048).sum();
  }

  @Override
  public void close() {}
}
