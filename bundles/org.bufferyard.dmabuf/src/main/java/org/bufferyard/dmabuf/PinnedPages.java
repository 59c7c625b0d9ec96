package org.bufferyard.dmabuf;

import java.util.ArrayList;
import java.util.List;
import org.bufferyard.api.memory.PageRef;
import org.bufferyard.api.memory.Segment;
import org.bufferyard.api.memory.SgTable;

/** Pages of memfds that one udmabuf holds, in the buffer's order. */
final class PinnedPages {
  private record Held(Memfd file, Memfd.Page page, long phys) {}

  private final List<Held> held = new ArrayList<>();

  void add(Memfd file, Memfd.Pinned pinned) {
    held.add(new Held(file, pinned.page(), pinned.phys()));
  }

  long sizeBytes() {
    return (long) held.size() << PageRef.SHIFT;
  }

  /** The pages as a list; neighbours are one entry. */
  SgTable list(PageStore store) {
    List<Segment.PageBacked> entries = new ArrayList<>();
    long start = 0;
    long length = 0;
    for (Held page : held) {
      if (length > 0 && start + length == page.phys()) {
        length += PageRef.SIZE;
        continue;
      }
      if (length > 0) {
        entries.add(store.entry(start, length));
      }
      start = page.phys();
      length = PageRef.SIZE;
    }
    entries.add(store.entry(start, length));
    return SgTable.ofPages(entries);
  }

  /** Gives every page back, in reverse. */
  void release() {
    held.reversed().forEach(page -> page.file().unpin(page.page()));
    held.clear();
  }
}
