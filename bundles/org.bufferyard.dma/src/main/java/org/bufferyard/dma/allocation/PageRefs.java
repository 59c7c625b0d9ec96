package org.bufferyard.dma.allocation;

import org.bufferyard.api.memory.PageRef;
import org.bufferyard.api.memory.PhysMemory;

/** pfn_to_page(): a pointer, and what stands behind it on this board. */
public final class PageRefs {
  private PageRefs() {}

  public static PageRef of(PhysMemory memory, long phys) {
    return new PageRef(phys >>> PageRef.SHIFT, memory.backing(phys));
  }
}
