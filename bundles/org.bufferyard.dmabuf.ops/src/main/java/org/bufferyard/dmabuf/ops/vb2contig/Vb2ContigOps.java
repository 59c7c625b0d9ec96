package org.bufferyard.dmabuf.ops.vb2contig;

import java.util.IdentityHashMap;
import java.util.Map;
import java.util.Optional;
import org.bufferyard.api.dma.Allocation;
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
import org.bufferyard.api.memory.PageBacking;
import org.bufferyard.api.memory.PageRef;
import org.bufferyard.api.memory.Segment;
import org.bufferyard.api.memory.SgTable;
import org.bufferyard.dmabuf.ops.mapping.KeptMapping;

/**
 * {@code vb2_dc_dmabuf_ops} of one buffer: a base table made once, a copy of it for every
 * attachment, mapped without cache maintenance and kept mapped until detach or another direction.
 *
 * <p>Not modelled: scatter-gather exporters (vb2-dma-sg, vb2-vmalloc), userptr buffers.
 */
final class Vb2ContigOps implements DmaBufOps, BufferLifecycle {
  private final ExportedMemory memory;
  private final OpsContext context;
  private final CpuAccessOps cpu;
  private final Map<DmaBufAttachment, KeptMapping> copies = new IdentityHashMap<>();
  private Optional<SgTable> base = Optional.empty();

  Vb2ContigOps(ExportedMemory memory, OpsContext context) {
    this.memory = memory;
    this.context = context;
    this.cpu = new Vb2ContigCpu(memory, context);
  }

  @Override
  public OpsTraits traits() {
    return new OpsTraits(Vb2ContigOpsKind.NAME, false, false);
  }

  @Override
  public BufferLifecycle lifecycle() {
    return this;
  }

  @Override
  public CpuAccessOps cpu() {
    return cpu;
  }

  /** The errno of dma_get_sgtable() is lost twice on its way to user space. */
  @Override
  public SgResult getSgtable() {
    SgResult result = baseTable();
    base = result.table();
    if (base.isPresent()) {
      return result;
    }
    String errno = Errno.text(result.rc());
    explain(
        Vb2Rules.BASE_TABLE,
        memory.exporter().id(),
        "dma_get_sgtable() returned " + errno + "; the driver drops the number and returns NULL",
        Map.of("errno", errno));
    warn("WARN_ON(!buf->sgt_base): no dma-buf");
    explain(
        Vb2Rules.GET_DMABUF,
        memory.exporter().id(),
        "without a base table there is no dma-buf: NULL",
        Map.of());
    explain(
        Vb2Rules.EXPBUF,
        memory.exporter().id(),
        "a NULL dma-buf becomes -EINVAL for VIDIOC_EXPBUF, whatever the first error was",
        Map.of("errno", "-EINVAL", "was", errno));
    return SgResult.failed(Errno.EINVAL.rc());
  }

  private SgResult baseTable() {
    Optional<Allocation> allocation = memory.allocation();
    if (memory.pages().isPresent() || allocation.isEmpty()) {
      // Not coherent memory: the table came with it (buf->dma_sgt).
      return SgResult.of(memory.pages().orElseThrow());
    }
    return context.dma().getSgtable(memory.exporter(), allocation.get(), memory.sizeBytes());
  }

  /** Copies page, offset and length: a page that was made up is handed on. */
  @Override
  public int attach(DmaBufAttachment attachment) {
    SgTable copy = new SgTable(base.orElseThrow().segments(), base.get().origNents(), 0);
    long madeUp = 0;
    for (int i = 0; i < copy.origNents(); i++) {
      if (copy.segments().get(i) instanceof Segment.PageBacked entry) {
        copy.set(i, new Segment.PageBacked(entry.page(), entry.offset(), entry.length()));
        madeUp += entry.page().backing().hasLinearMapping() ? 0 : 1;
      }
    }
    copy.setNents(copy.origNents());
    copies.put(
        attachment,
        new KeptMapping(context, attachment.importer(), copy, DmaAttrs.SKIP_CPU_SYNC));
    if (madeUp > 0) {
      explain(
          Vb2Rules.ATTACH,
          attachment.importer().id(),
          "the attachment gets a copy of the base table with its page pointers; "
              + madeUp
              + " of "
              + copy.origNents()
              + " have no linear mapping behind them ("
              + firstPage(copy)
              + ")",
          Map.of("entries", Integer.toString(copy.origNents())));
    }
    return 0;
  }

  private static String firstPage(SgTable table) {
    return table.segments().get(0) instanceof Segment.PageBacked entry
        ? "first: pfn 0x" + Long.toHexString(entry.page().pfn()) + ", " + nameOf(entry.page())
        : "no page";
  }

  private static String nameOf(PageRef page) {
    return switch (page.backing()) {
      case LINEAR -> "System RAM";
      case PEER -> "registers with pages";
      case UNMAPPED -> "a struct page without a linear mapping";
      case NONE -> "no struct page";
    };
  }

  @Override
  public SgResult mapSg(DmaBufAttachment attachment, DmaDirection direction) {
    KeptMapping copy = copies.get(attachment);
    int rc = copy.map(direction);
    if (rc != 0) {
      explain(
          Vb2Rules.MAP,
          attachment.importer().id(),
          "dma_map_sgtable() returned " + Errno.text(rc) + "; any error becomes -EIO",
          Map.of("errno", "-EIO", "was", Errno.text(rc)));
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
    base = Optional.empty();
  }

  private void explain(Rule rule, String element, String text, Map<String, String> values) {
    context.events().emit(new DmaEvent.Decided(rule, element, text, values));
  }

  private void warn(String text) {
    context
        .events()
        .emit(
            new DmaEvent.KernelMessage(
                memory.exporter().id(), DmaEvent.MessageClass.WARNING, text));
  }
}
