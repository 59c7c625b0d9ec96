package org.bufferyard.dmabuf.ops.mapping;

import org.bufferyard.api.dma.DmaAttrs;
import org.bufferyard.api.dma.DmaDevice;
import org.bufferyard.api.dma.DmaDirection;
import org.bufferyard.api.dmabuf.OpsContext;
import org.bufferyard.api.memory.SgTable;

/**
 * One importer's copy of a table, which stays mapped until it is dropped or asked for in another
 * direction ({@code struct vb2_dc_attachment}, {@code struct vb2_dma_sg_attachment}). Engine thread
 * only.
 */
public final class KeptMapping {
  private final OpsContext context;
  private final DmaDevice importer;
  private final SgTable table;
  private final DmaAttrs attrs;
  private DmaDirection direction = DmaDirection.NONE;

  /**
   * @param attrs of every map and unmap
   */
  public KeptMapping(OpsContext context, DmaDevice importer, SgTable table, DmaAttrs attrs) {
    this.context = context;
    this.importer = importer;
    this.table = table;
    this.attrs = attrs;
  }

  public SgTable table() {
    return table;
  }

  /**
   * @return 0, or the errno of dma_map_sgtable() with nothing mapped
   */
  public int map(DmaDirection asked) {
    if (direction == asked) {
      return 0;
    }
    drop();
    int rc = context.dma().mapSgtable(importer, table, asked, attrs);
    if (rc == 0) {
      direction = asked;
    }
    return rc;
  }

  /** Unmaps it if it is mapped. */
  public void drop() {
    if (direction != DmaDirection.NONE) {
      context.dma().unmapSgtable(importer, table, direction, attrs);
      direction = DmaDirection.NONE;
    }
  }
}
