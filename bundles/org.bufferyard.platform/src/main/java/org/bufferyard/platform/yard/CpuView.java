package org.bufferyard.platform.yard;

import java.util.List;
import org.bufferyard.api.memory.CpuMapping;
import org.bufferyard.api.memory.Pgprot;
import org.bufferyard.api.memory.PhysRange;

/**
 * A CPU's view of physical runs, one after the other, through its cache or past it as the mapping's
 * attributes say. Needs no pages. Offsets and sizes are bytes; an access beyond the view throws
 * {@link IndexOutOfBoundsException}. Engine thread only.
 */
public final class CpuView implements CpuMapping {
  private final CpuCache cache;
  private final List<PhysRange> runs;
  private final long start;
  private final long size;
  private final Pgprot pgprot;

  /**
   * @param start first byte of the view, counted over the runs
   * @param size bytes of the view, no more than the runs have from there
   */
  public CpuView(CpuCache cache, List<PhysRange> runs, long start, long size, Pgprot pgprot) {
    this.cache = cache;
    this.runs = runs;
    this.start = start;
    this.size = size;
    this.pgprot = pgprot;
  }

  @Override
  public long size() {
    return size;
  }

  @Override
  public Pgprot pgprot() {
    return pgprot;
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
    for (PhysRange run : runs) {
      if (done == length) {
        return;
      }
      if (Long.compareUnsigned(skip, run.size()) >= 0) {
        skip -= run.size();
        continue;
      }
      int part = (int) Math.min(length - done, run.size() - skip);
      if (write) {
        cache.write(run.base() + skip, pgprot, bytes, at + done, part);
      } else {
        cache.read(run.base() + skip, pgprot, bytes, at + done, part);
      }
      done += part;
      skip = 0;
    }
  }
}
