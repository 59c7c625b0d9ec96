package org.bufferyard.dmabuf.ops.vb2sg;

import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
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
import org.bufferyard.dmabuf.ops.mapping.BufferPages;
import org.bufferyard.dmabuf.ops.mapping.KeptMapping;

/**
 * {@code vb2_dma_sg_dmabuf_ops} of one buffer: as videobuf2-dma-contig's, a copy of the pages for
 * every attachment that stays mapped until detach or another direction. Unlike those, a map cleans
 * the caches, and CPU access syncs the exporter's own mapping, where its driver made one of this very
 * table; importers' mappings are not synced.
 *
 * <p>Not modelled: userptr buffers, vb2-vmalloc.
 */
final class Vb2SgOps implements DmaBufOps, BufferLifecycle, CpuAccessOps {
  private static final Rule BASE_TABLE = Rule.of("G1", "vb2_dma_sg_get_dmabuf");
  private static final Rule MAP = Rule.of("G1", "vb2_dma_sg_dmabuf_ops_map");

  private final ExportedMemory memory;
  private final OpsContext context;
  private final BufferPages pages;
  private final Map<DmaBufAttachment, KeptMapping> copies = new IdentityHashMap<>();

  Vb2SgOps(ExportedMemory memory, OpsContext context) {
    this.memory = memory;
    this.context = context;
    this.pages = new BufferPages(memory, context);
  }

  @Override
  public OpsTraits traits() {
    return new OpsTraits(Vb2SgOpsKind.NAME, false, false);
  }

  @Override
  public BufferLifecycle lifecycle() {
    return this;
  }

  @Override
  public CpuAccessOps cpu() {
    return this;
  }

  /** buf->dma_sgt: the pages came first. For memory of the DMA API they are asked of it. */
  @Override
  public SgResult getSgtable() {
    SgResult result = pages.take();
    if (result.table().isEmpty()) {
      decided(
          BASE_TABLE,
          memory.exporter().id(),
          "no list of pages (" + Errno.text(result.rc()) + "): no dma-buf, -EINVAL to user space",
          "-EINVAL");
      return SgResult.failed(Errno.EINVAL.rc());
    }
    return result;
  }

  /** vb2_dma_sg_dmabuf_ops_attach(): page, length and offset of each entry. */
  @Override
  public int attach(DmaBufAttachment attachment) {
    SgTable from = pages.list().orElseThrow();
    List<Segment.PageBacked> runs = new ArrayList<>();
    for (Segment entry : from.segments().subList(0, from.origNents())) {
      if (entry instanceof Segment.PageBacked run) {
        runs.add(new Segment.PageBacked(run.page(), run.offset(), run.length()));
      }
    }
    SgTable copy = SgTable.ofPages(runs);
    copies.put(
        attachment, new KeptMapping(context, attachment.importer(), copy, DmaAttrs.NONE));
    return 0;
  }

  @Override
  public SgResult mapSg(DmaBufAttachment attachment, DmaDirection direction) {
    KeptMapping copy = copies.get(attachment);
    int rc = copy.map(direction);
    if (rc != 0) {
      decided(
          MAP,
          attachment.importer().id(),
          "dma_map_sgtable() returned " + Errno.text(rc) + "; any error becomes -EIO",
          "-EIO");
      return SgResult.failed(Errno.EIO.rc());
    }
    return SgResult.of(copy.table());
  }

  /** Nothing: the mapping is kept for the next time. */
  @Override
  public void unmapSg(DmaBufAttachment attachment, SgTable table, DmaDirection direction) {}

  @Override
  public void detach(DmaBufAttachment attachment) {
    Optional.ofNullable(copies.remove(attachment)).ifPresent(KeptMapping::drop);
  }

  @Override
  public void release() {
    pages.drop();
  }

  // ---- the CPU ----

  @Override
  public int beginCpuAccess(DmaDirection direction) {
    return sync(direction, false);
  }

  @Override
  public int endCpuAccess(DmaDirection direction) {
    return sync(direction, true);
  }

  /** Of the exporting device's own mapping, in the direction of the queue. */
  private int sync(DmaDirection direction, boolean forDevice) {
    pages
        .list()
        .filter(own -> own.nents() > 0 && own.mapped().getFirst().dma() != Segment.NO_DMA)
        .ifPresent(own -> context.dma().syncSg(memory.exporter(), own, direction, forDevice));
    return 0;
  }

  /** vm_map_pages(). */
  @Override
  public MapResult mmap(long pageOffset, long sizeBytes, boolean shared) {
    return pages.mmap(pageOffset, sizeBytes);
  }

  /** vm_map_ram() of the pages. */
  @Override
  public MapResult vmap() {
    return pages.vmap(Errno.EINVAL);
  }

  @Override
  public void vunmap() {}

  private void decided(Rule rule, String element, String text, String errno) {
    context
        .events()
        .emit(new DmaEvent.Decided(rule, element, text, Map.of("errno", errno)));
  }
}
