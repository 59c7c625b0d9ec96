package org.bufferyard.yard;

import org.bufferyard.api.allocator.IovaAllocator;

/** The IOVA book of a domain that has none: an identity domain is never mapped into. */
enum NoIova implements IovaAllocator {
  SPACE;

  @Override
  public long allocate(long pages, long limitPfn, boolean flushCaches) {
    return NO_IOVA;
  }

  @Override
  public void free(long pfn, long pages) {
    throw new IllegalArgumentException("an identity domain gave no IOVA");
  }

  @Override
  public void reserve(long loPfn, long hiPfn) {}

  @Override
  public long livePages() {
    return 0;
  }

  @Override
  public void close() {}
}
