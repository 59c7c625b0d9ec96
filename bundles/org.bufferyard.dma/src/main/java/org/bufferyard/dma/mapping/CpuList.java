package org.bufferyard.dma.mapping;

import org.bufferyard.api.memory.PageBacking;
import org.bufferyard.api.memory.PageHazards;
import org.bufferyard.api.memory.PageRef;
import org.bufferyard.api.memory.Segment;
import org.bufferyard.api.memory.SgTable;

/**
 * The CPU side of a scatterlist, read once into primitives. Reading the page of an entry that has
 * none is reported, once a table: on a machine it is a wild or a made-up pointer.
 */
public final class CpuList {
  private final long[] phys;
  private final int[] offset;
  private final long[] length;
  private int firstBad = -1;
  private boolean peers;

  public CpuList(SgTable table, PageHazards hazards) {
    this(table, table.origNents(), hazards);
  }

  /** The first {@code entries} only, as callers that give a wrong count ask for. */
  public CpuList(SgTable table, int entries, PageHazards hazards) {
    phys = new long[entries];
    offset = new int[entries];
    length = new long[entries];
    for (int i = 0; i < entries; i++) {
      Segment segment = table.segments().get(i);
      switch (segment) {
        case Segment.PageBacked p -> {
          phys[i] = p.phys();
          offset[i] = p.offset();
          length[i] = p.length();
          peers |= isPeer(p.page());
          if (!p.page().backing().hasLinearMapping() && firstBad < 0) {
            firstBad = i;
            hazards.pageWithoutLinearMapping(p);
          }
        }
        case Segment.DmaOnly d -> {
          // page NULL, offset 0, length 0: what DMABUF_DEBUG shows an importer.
          phys[i] = PageRef.ABSENT.phys();
          if (firstBad < 0) {
            firstBad = i;
            hazards.noPage(d);
          }
        }
      }
    }
  }

  public int size() {
    return phys.length;
  }

  public long phys(int index) {
    return phys[index];
  }

  public int offset(int index) {
    return offset[index];
  }

  public long length(int index) {
    return length[index];
  }

  /** The first entry whose page is none or has no linear mapping; -1 when all are good. */
  public int firstBad() {
    return firstBad;
  }

  /** is_pci_p2pdma_page(). */
  public static boolean isPeer(PageRef page) {
    return page.backing() == PageBacking.PEER;
  }

  /** Whether an entry is a peer-to-peer page. */
  public boolean hasPeers() {
    return peers;
  }

  public long[] physOfAll() {
    return phys.clone();
  }

  public long[] lengthOfAll() {
    return length.clone();
  }
}
