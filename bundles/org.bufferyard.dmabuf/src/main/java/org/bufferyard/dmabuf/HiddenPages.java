package org.bufferyard.dmabuf;

import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import org.bufferyard.api.kernel.KernelProfile;
import org.bufferyard.api.memory.PageBacking;
import org.bufferyard.api.memory.PageRef;
import org.bufferyard.api.memory.Segment;
import org.bufferyard.api.memory.SgTable;

/**
 * What CONFIG_DMABUF_DEBUG does to the tables that importers get (F9), so that an importer that
 * walks pages falls at once: 7.x hands out a copy with DMA addresses and lengths only, 6.x flips the
 * page links of the exporter's own table until it is unmapped.
 */
final class HiddenPages {
  private final boolean on;
  private final boolean copies;

  /** The page links of tables that are flipped; by identity. */
  private final Map<SgTable, List<PageRef>> flipped = new IdentityHashMap<>();

  /** Exporter's tables by the copy that stands for them; by identity. */
  private final Map<SgTable, SgTable> originals = new IdentityHashMap<>();

  HiddenPages(boolean on, KernelProfile kernel) {
    this.on = on;
    this.copies = CoreRules.COPIED_TABLE.holdsIn(kernel);
  }

  /** dma_buf_wrap_sg_table(), mangle_sg_table(): the importer's table for the exporter's. */
  SgTable hide(SgTable table) {
    if (!on) {
      return table;
    }
    if (!copies) {
      flipped.put(table, flip(table));
      return table;
    }
    List<Segment.DmaOnly> entries =
        table.mapped().stream().map(s -> new Segment.DmaOnly(s.dma(), s.dmaLength())).toList();
    SgTable copy = new SgTable(entries, entries.size(), entries.size());
    originals.put(copy, table);
    return copy;
  }

  /** dma_buf_unwrap_sg_table(): the exporter's table for the importer's, its pages in place. */
  SgTable reveal(SgTable table) {
    if (!on) {
      return table;
    }
    if (!copies) {
      List<PageRef> pages = flipped.remove(table);
      if (pages != null) {
        setPages(table, pages);
      }
      return table;
    }
    SgTable original = originals.remove(table);
    return original == null ? table : original;
  }

  /** Flips all page links; what a flipped one points at is no page. The links as they were. */
  private static List<PageRef> flip(SgTable table) {
    List<PageRef> pages = pages(table);
    setPages(
        table, pages.stream().map(p -> new PageRef(~p.pfn(), PageBacking.NONE)).toList());
    return pages;
  }

  private static List<PageRef> pages(SgTable table) {
    return table.segments().subList(0, table.origNents()).stream()
        .map(s -> s instanceof Segment.PageBacked page ? page.page() : PageRef.ABSENT)
        .toList();
  }

  private static void setPages(SgTable table, List<PageRef> pages) {
    for (int i = 0; i < pages.size(); i++) {
      if (table.segments().get(i) instanceof Segment.PageBacked page) {
        table.set(
            i,
            new Segment.PageBacked(
                pages.get(i), page.offset(), page.length(), page.dma(), page.dmaLength()));
      }
    }
  }
}
