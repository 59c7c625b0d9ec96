package org.bufferyard.dmabuf;

import org.bufferyard.api.memory.CpuMapping;
import org.bufferyard.api.memory.PageRef;
import org.bufferyard.api.memory.Pgprot;
import org.bufferyard.api.memory.Segment;
import org.bufferyard.api.memory.SgTable;
import org.bufferyard.platform.yard.CpuCache;

/** Pages of a list in a row, cached, as vmap() or a fault handler shows them. */
final class PageMapping implements CpuMapping {
  private final CpuCache cache;
  private final SgTable pages;
  private final long start;
  private final long size;

  /**
   * @param start first byte, counted over the list
   * @param size bytes wanted; the list may end before
   */
  PageMapping(CpuCache cache, SgTable pages, long start, long size) {
    this.cache = cache;
    this.pages = pages;
    this.start = start;
    this.size = Math.clamp(bytes(pages) - start, 0, PageRef.align(size));
  }

  private static long bytes(SgTable pages) {
    long total = 0;
    for (Segment segment : pages.segments()) {
      total += segment instanceof Segment.PageBacked run ? run.length() : 0;
    }
    return total;
  }

  @Override
  public long size() {
    return size;
  }

  @Override
  public Pgprot pgprot() {
    return Pgprot.CACHED;
  }

  @Override
  public void read(long offset, byte[] into, int at, int length) {
    walk(offset, into, at, length, false);
  }

  @Override
  public void write(long offset, byte[] from, int at, int length) {
    walk(offset, from, at, length, true);
  }

  private void walk(long offset, byte[] bytes, int at, int length, boolean write) {
    if (offset < 0 || length < 0 || offset > size - length) {
      throw new IndexOutOfBoundsException(
          offset + "+" + length + " of a mapping of " + size + " bytes");
    }
    long skip = start + offset;
    int done = 0;
    for (Segment segment : pages.segments()) {
      if (done == length || !(segment instanceof Segment.PageBacked run)) {
        return;
      }
      if (skip >= run.length()) {
        skip -= run.length();
        continue;
      }
      int part = (int) Math.min(length - done, run.length() - skip);
      if (write) {
        cache.write(run.phys() + skip, Pgprot.CACHED, bytes, at + done, part);
      } else {
        cache.read(run.phys() + skip, Pgprot.CACHED, bytes, at + done, part);
      }
      done += part;
      skip = 0;
    }
  }
}
