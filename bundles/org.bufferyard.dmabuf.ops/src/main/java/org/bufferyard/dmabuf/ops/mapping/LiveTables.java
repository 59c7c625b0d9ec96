package org.bufferyard.dmabuf.ops.mapping;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.bufferyard.api.dma.DmaAttrs;
import org.bufferyard.api.dma.DmaDirection;
import org.bufferyard.api.dmabuf.DmaBufAttachment;
import org.bufferyard.api.dmabuf.OpsContext;
import org.bufferyard.api.memory.SgTable;

/**
 * The tables of one buffer that are mapped now, for ops that make a new one at each map, in order of
 * mapping: the order in which CPU access syncs. A table is unmapped in the direction in which it was
 * mapped. Engine thread only.
 */
public final class LiveTables {
  private record Live(DmaBufAttachment attachment, SgTable table, DmaDirection direction) {}

  private final OpsContext context;
  private final DmaAttrs attrs;
  private final List<Live> mapped = new ArrayList<>();

  /**
   * @param attrs of every map and unmap
   */
  public LiveTables(OpsContext context, DmaAttrs attrs) {
    this.context = context;
    this.attrs = attrs;
  }

  /**
   * @return 0, or the errno of dma_map_sgtable() with nothing mapped
   */
  public int map(DmaBufAttachment attachment, SgTable table, DmaDirection direction) {
    int rc = context.dma().mapSgtable(attachment.importer(), table, direction, attrs);
    if (rc == 0) {
      mapped.add(new Live(attachment, table, direction));
    }
    return rc;
  }

  /**
   * @return false for a table that is not mapped
   */
  public boolean unmap(SgTable table) {
    Optional<Live> live = mapped.stream().filter(m -> m.table() == table).findFirst();
    live.ifPresent(this::undo);
    return live.isPresent();
  }

  /** Unmaps what an importer forgot. */
  public void detach(DmaBufAttachment attachment) {
    List.copyOf(mapped).stream().filter(m -> m.attachment() == attachment).forEach(this::undo);
  }

  public void unmapAll() {
    List.copyOf(mapped).forEach(this::undo);
  }

  private void undo(Live live) {
    mapped.remove(live);
    context
        .dma()
        .unmapSgtable(live.attachment().importer(), live.table(), live.direction(), attrs);
  }

  /** Every mapping, for the CPU or back for its device, in the direction of the access. */
  public void sync(DmaDirection direction, boolean forDevice) {
    for (Live live : mapped) {
      context.dma().syncSg(live.attachment().importer(), live.table(), direction, forDevice);
    }
  }
}
