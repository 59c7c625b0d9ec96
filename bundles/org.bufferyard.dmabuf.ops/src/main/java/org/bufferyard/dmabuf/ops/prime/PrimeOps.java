package org.bufferyard.dmabuf.ops.prime;

import java.util.Map;
import java.util.Optional;
import org.bufferyard.api.dma.Allocation;
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
import org.bufferyard.api.memory.SgTable;
import org.bufferyard.dmabuf.ops.mapping.AllocationViews;
import org.bufferyard.dmabuf.ops.mapping.LiveTables;

/**
 * {@code drm_gem_prime_dmabuf_ops} of one buffer (G6): every map asks the driver for a new table,
 * which for DMA-allocated objects is dma_get_sgtable() and its hazard (C1), and maps it without
 * cache maintenance; errors are passed on as they are.
 *
 * <p>Not modelled: objects of shmem pages, the re-import of a driver's own buffer. The kernel asks
 * for the first table when an importer maps; here a failure is known at export already.
 */
final class PrimeOps implements DmaBufOps, BufferLifecycle, CpuAccessOps {
  private static final Rule GET_TABLE = Rule.of("G6", "drm_gem_dma_get_sg_table");
  private static final Rule MAP = Rule.of("G6", "drm_gem_map_dma_buf");
  private static final Rule VMAP = Rule.of("G6", "drm_gem_dma_vmap");

  private final ExportedMemory memory;
  private final OpsContext context;
  private final LiveTables mapped;
  private final AllocationViews views;

  PrimeOps(ExportedMemory memory, OpsContext context) {
    this.memory = memory;
    this.context = context;
    this.mapped = new LiveTables(context, DmaAttrs.SKIP_CPU_SYNC);
    this.views = new AllocationViews(memory, context);
  }

  @Override
  public OpsTraits traits() {
    return new OpsTraits(PrimeOpsKind.NAME, false, false);
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
    Optional<Allocation> allocation = memory.allocation();
    if (memory.pages().isPresent() || allocation.isEmpty()) {
      return SgResult.of(memory.pages().orElseThrow().copy());
    }
    SgResult result =
        context.dma().getSgtable(memory.exporter(), allocation.get(), memory.sizeBytes());
    if (result.table().isEmpty()) {
      String errno = Errno.text(result.rc());
      decided(
          GET_TABLE, memory.exporter().id(), "dma_get_sgtable() returned " + errno, errno);
    }
    return result;
  }

  @Override
  public int attach(DmaBufAttachment attachment) {
    return 0;
  }

  @Override
  public SgResult mapSg(DmaBufAttachment attachment, DmaDirection direction) {
    if (direction == DmaDirection.NONE) {
      decided(MAP, attachment.importer().id(), "direction DMA_NONE: WARN and -EINVAL", "-EINVAL");
      return SgResult.failed(Errno.EINVAL.rc());
    }
    SgResult fresh = getSgtable();
    if (fresh.table().isEmpty()) {
      return fresh;
    }
    SgTable table = fresh.table().get();
    int rc = mapped.map(attachment, table, direction);
    if (rc != 0) {
      String errno = Errno.text(rc);
      decided(
          MAP,
          attachment.importer().id(),
          "dma_map_sgtable() returned " + errno + ", and so does PRIME",
          errno);
      return SgResult.failed(rc);
    }
    return SgResult.of(table);
  }

  @Override
  public void unmapSg(DmaBufAttachment attachment, SgTable table, DmaDirection direction) {
    mapped.unmap(table);
  }

  @Override
  public void detach(DmaBufAttachment attachment) {
    mapped.detach(attachment);
  }

  @Override
  public void release() {
    mapped.unmapAll();
  }

  /** drm_gem_prime_dmabuf_ops has neither begin nor end_cpu_access. */
  @Override
  public int beginCpuAccess(DmaDirection direction) {
    return 0;
  }

  @Override
  public int endCpuAccess(DmaDirection direction) {
    return 0;
  }

  @Override
  public MapResult mmap(long pageOffset, long sizeBytes, boolean shared) {
    return views.mmap(pageOffset, sizeBytes);
  }

  @Override
  public MapResult vmap() {
    return views.vmap(VMAP, Errno.ENOMEM, "the object has no kernel address");
  }

  /** The kernel address is the allocation's own: nothing to undo. */
  @Override
  public void vunmap() {}

  private void decided(Rule rule, String element, String text, String errno) {
    context.events().emit(new DmaEvent.Decided(rule, element, text, Map.of("errno", errno)));
  }
}
