package org.bufferyard.dmabuf;

import java.util.ArrayList;
import java.util.List;
import org.bufferyard.api.memory.CpuMapping;
import org.bufferyard.api.memory.PageRef;
import org.bufferyard.api.memory.PhysRange;
import org.bufferyard.api.memory.Pgprot;
import org.bufferyard.api.memory.Segment;
import org.bufferyard.api.memory.SgTable;
import org.bufferyard.platform.yard.CpuCache;
import org.bufferyard.platform.yard.CpuView;

/** Pages of a list in a row, cached, as vmap() or a fault handler shows them. Stateless. */
final class PageMapping {
  private PageMapping() {}

  /**
   * @param start first byte, counted over the list
   * @param size bytes wanted; the list may end before
   */
  static CpuMapping of(CpuCache cache, SgTable pages, long start, long size) {
    List<PhysRange> runs = new ArrayList<>();
    long total = 0;
    for (Segment segment : pages.segments()) {
      if (segment instanceof Segment.PageBacked run && run.length() > 0) {
        runs.add(new PhysRange(run.phys(), run.length()));
        total += run.length();
      }
    }
    long shown = Math.clamp(total - start, 0, PageRef.align(size));
    return new CpuView(cache, runs, start, shown, Pgprot.CACHED);
  }
}
