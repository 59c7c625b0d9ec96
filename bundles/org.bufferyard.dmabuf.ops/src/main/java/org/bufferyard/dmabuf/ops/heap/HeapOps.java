package org.bufferyard.dmabuf.ops.heap;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SequencedMap;
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
import org.bufferyard.api.memory.SgTable;
import org.bufferyard.dmabuf.ops.mapping.BufferPages;

/**
 * The ops of one heap buffer: each attachment has a copy of the page list and maps that, with cache
 * maintenance; CPU access syncs every attachment that is mapped ({@code heaps/system_heap.c}, {@code
 * heaps/cma_heap.c}).
 *
 * <p>Not modelled: a killed process (-EINTR), the cache of the kernel's own alias.
 */
final class HeapOps implements DmaBufOps, BufferLifecycle, CpuAccessOps {

  /** {@code struct dma_heap_attachment}. */
  private static final class Importer {
    private final SgTable table;
    private boolean mapped;

    Importer(SgTable table) {
      this.table = table;
    }
  }

  private final HeapRules rules;
  private final OpsContext context;
  private final BufferPages pages;

  /** list_add() puts the newest first. */
  private final SequencedMap<DmaBufAttachment, Importer> importers = new LinkedHashMap<>();

  HeapOps(HeapRules rules, ExportedMemory memory, OpsContext context) {
    this.rules = rules;
    this.context = context;
    this.pages = new BufferPages(memory, context);
  }

  @Override
  public OpsTraits traits() {
    return new OpsTraits(rules.opsName(), false, false);
  }

  @Override
  public BufferLifecycle lifecycle() {
    return this;
  }

  @Override
  public CpuAccessOps cpu() {
    return this;
  }

  /** The heap's pages; of a driver's allocation, when these ops are forced on one, its pages. */
  @Override
  public SgResult getSgtable() {
    return pages.take();
  }

  @Override
  public int attach(DmaBufAttachment attachment) {
    importers.putFirst(attachment, new Importer(pages.list().orElseThrow().copy()));
    return 0;
  }

  /** The list goes as it is: what is still mapped stays so, and nobody can undo it. */
  @Override
  public void detach(DmaBufAttachment attachment) {
    Importer gone = importers.remove(attachment);
    if (gone != null && gone.mapped) {
      context
          .events()
          .emit(
              new DmaEvent.HazardRaised(
                  rules.detach(),
                  context.buffer(),
                  attachment.importer().id() + " detaches mapped: the heap frees the list only"));
    }
  }

  @Override
  public SgResult mapSg(DmaBufAttachment attachment, DmaDirection direction) {
    Importer importer = importers.get(attachment);
    int rc =
        context
            .dma()
            .mapSgtable(attachment.importer(), importer.table, direction, DmaAttrs.NONE);
    if (rc != 0) {
      int seen = rules.launders() ? Errno.ENOMEM.rc() : rc;
      String inside = Errno.text(rc);
      context
          .events()
          .emit(
              new DmaEvent.Decided(
                  rules.map(),
                  attachment.importer().id(),
                  rules.launders()
                      ? "dma_map_sgtable() returned "
                          + inside
                          + "; the CMA heap turns every map error into -ENOMEM"
                      : "dma_map_sgtable() returned " + inside + ", and so does the heap",
                  Map.of("inside", inside, "errno", Errno.text(seen))));
      return SgResult.failed(seen);
    }
    importer.mapped = true;
    return SgResult.of(importer.table);
  }

  @Override
  public void unmapSg(DmaBufAttachment attachment, SgTable table, DmaDirection direction) {
    Importer importer = importers.get(attachment);
    if (importer != null) {
      importer.mapped = false;
    }
    context.dma().unmapSgtable(attachment.importer(), table, direction, DmaAttrs.NONE);
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

  private int sync(DmaDirection direction, boolean forDevice) {
    importers.forEach(
        (attachment, importer) -> {
          if (importer.mapped) {
            context.dma().syncSg(attachment.importer(), importer.table, direction, forDevice);
          }
        });
    return 0;
  }

  @Override
  public MapResult mmap(long pageOffset, long sizeBytes, boolean shared) {
    if (rules.sharedOnly() && !shared) {
      return MapResult.failed(Errno.EINVAL.rc());
    }
    return pages.mmap(pageOffset, sizeBytes);
  }

  /** vmap() of the pages. */
  @Override
  public MapResult vmap() {
    return pages.vmap(Errno.ENOMEM);
  }

  @Override
  public void vunmap() {}
}
