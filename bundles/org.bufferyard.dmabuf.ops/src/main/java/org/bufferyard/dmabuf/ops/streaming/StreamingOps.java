package org.bufferyard.dmabuf.ops.streaming;

import java.util.Map;
import java.util.Optional;
import org.bufferyard.api.dma.Dma.MapResult;
import org.bufferyard.api.dma.Dma.SgResult;
import org.bufferyard.api.dma.DmaAttrs;
import org.bufferyard.api.dma.DmaDirection;
import org.bufferyard.api.dmabuf.BufferLifecycle;
import org.bufferyard.api.dmabuf.CpuAccessOps;
import org.bufferyard.api.dmabuf.DmaBufAttachment;
import org.bufferyard.api.dmabuf.DmaBufOps;
import org.bufferyard.api.dmabuf.ExportedMemory;
import org.bufferyard.api.dmabuf.OpsContext;
import org.bufferyard.api.dmabuf.OpsTraits;
import org.bufferyard.api.event.DmaEvent;
import org.bufferyard.api.kernel.Errno;
import org.bufferyard.api.kernel.Rule;
import org.bufferyard.api.memory.Segment;
import org.bufferyard.api.memory.SgTable;
import org.bufferyard.dmabuf.ops.mapping.AllocationViews;
import org.bufferyard.dmabuf.ops.mapping.LiveTables;

/**
 * The ops of one buffer of ordinary memory: every map is dma_map_sgtable() of a fresh copy, with
 * its cache maintenance and, where the importer needs it, its bounce; CPU access syncs every live
 * mapping, as the system heap does.
 *
 * <p>They need pages. On memory without, each entry asked for its page raises a hazard.
 */
final class StreamingOps implements DmaBufOps, BufferLifecycle, CpuAccessOps {
  private static final Rule GET_SGTABLE = Rule.of("P7", "get_sgtable");
  private static final Rule MAP_SG = Rule.of("P7", "map_sg");
  private static final Rule UNMAP_SG = Rule.of("P7", "unmap_sg");
  private static final Rule VMAP = Rule.of("P7", "vmap");

  private final ExportedMemory memory;
  private final OpsContext context;
  private final LiveTables mapped;
  private final AllocationViews views;
  private Optional<SgTable> base = Optional.empty();

  StreamingOps(ExportedMemory memory, OpsContext context) {
    this.memory = memory;
    this.context = context;
    this.mapped = new LiveTables(context, DmaAttrs.NONE);
    this.views = new AllocationViews(memory, context);
  }

  @Override
  public OpsTraits traits() {
    return new OpsTraits(StreamingOpsKind.NAME, false, false);
  }

  @Override
  public BufferLifecycle lifecycle() {
    return this;
  }

  @Override
  public CpuAccessOps cpu() {
    return this;
  }

  @Override
  public SgResult getSgtable() {
    SgResult result = memory.table(context.dma());
    base = result.table();
    if (base.isEmpty()) {
      decided(
          GET_SGTABLE,
          memory.exporter().id(),
          "streaming ops need pages, and dma_get_sgtable() has none: " + Errno.text(result.rc()),
          Errno.text(result.rc()));
    }
    return result;
  }

  @Override
  public int attach(DmaBufAttachment attachment) {
    return 0;
  }

  @Override
  public SgResult mapSg(DmaBufAttachment attachment, DmaDirection direction) {
    SgTable copy = base.orElseThrow().copy();
    if (!hasPages(copy)) {
      decided(
          MAP_SG,
          attachment.importer().id(),
          "the table has entries without a page: nothing that dma_map_sgtable() could map, -EINVAL",
          "-EINVAL");
      return SgResult.failed(Errno.EINVAL.rc());
    }
    int rc = mapped.map(attachment, copy, direction);
    if (rc != 0) {
      decided(
          MAP_SG,
          attachment.importer().id(),
          "dma_map_sgtable() returned " + Errno.text(rc),
          Errno.text(rc));
      return SgResult.failed(rc);
    }
    return SgResult.of(copy);
  }

  /** Asks every entry for its page, as a streaming map does; made-up ones raise their hazard. */
  private boolean hasPages(SgTable table) {
    boolean all = true;
    for (Segment entry : table.segments()) {
      entry.page(context.hazards());
      all &= entry instanceof Segment.PageBacked;
    }
    return all;
  }

  @Override
  public void unmapSg(DmaBufAttachment attachment, SgTable table, DmaDirection direction) {
    if (!mapped.unmap(table)) {
      context
          .events()
          .emit(
              new DmaEvent.HazardRaised(
                  UNMAP_SG,
                  context.buffer(),
                  attachment.importer().id() + " unmaps a table that is not mapped"));
    }
  }

  @Override
  public void detach(DmaBufAttachment attachment) {
    mapped.detach(attachment);
  }

  @Override
  public void release() {
    base = Optional.empty();
  }

  // ---- the CPU ----

  @Override
  public int beginCpuAccess(DmaDirection direction) {
    mapped.sync(direction, false);
    return 0;
  }

  @Override
  public int endCpuAccess(DmaDirection direction) {
    mapped.sync(direction, true);
    return 0;
  }

  @Override
  public MapResult mmap(long pageOffset, long sizeBytes, boolean shared) {
    return views.mmap(pageOffset, sizeBytes);
  }

  @Override
  public MapResult vmap() {
    return views.vmap(VMAP, Errno.EINVAL, "the memory has no kernel mapping: -EINVAL");
  }

  @Override
  public void vunmap() {}

  private void decided(Rule rule, String element, String text, String errno) {
    context
        .events()
        .emit(new DmaEvent.Decided(rule, element, text, Map.of("errno", errno)));
  }
}
