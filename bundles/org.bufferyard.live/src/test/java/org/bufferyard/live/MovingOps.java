package org.bufferyard.live;

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
import org.bufferyard.api.kernel.Errno;
import org.bufferyard.api.memory.SgTable;

/** Ops of memory that may move: each map is of what the buffer is made of at the time. */
final class MovingOps implements DmaBufOps, BufferLifecycle, CpuAccessOps {
  static final String NAME = "test-moving";

  private final ExportedMemory atExport;
  private final OpsContext context;

  MovingOps(ExportedMemory memory, OpsContext context) {
    this.atExport = memory;
    this.context = context;
  }

  @Override
  public OpsTraits traits() {
    return new OpsTraits(NAME, true, false);
  }

  @Override
  public SgResult getSgtable() {
    return tableOf(atExport);
  }

  private SgResult tableOf(ExportedMemory memory) {
    return context
        .dma()
        .getSgtable(memory.exporter(), memory.allocation().orElseThrow(), memory.sizeBytes());
  }

  @Override
  public SgResult mapSg(DmaBufAttachment attachment, DmaDirection direction) {
    Optional<SgTable> table = tableOf(attachment.buffer().memory()).table();
    if (table.isEmpty()) {
      return SgResult.failed(Errno.ENOMEM.rc());
    }
    int rc =
        context.dma().mapSgtable(attachment.importer(), table.get(), direction, DmaAttrs.NONE);
    return rc < 0 ? SgResult.failed(rc) : SgResult.of(table.get());
  }

  @Override
  public void unmapSg(DmaBufAttachment attachment, SgTable table, DmaDirection direction) {
    context.dma().unmapSgtable(attachment.importer(), table, direction, DmaAttrs.NONE);
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
  public int attach(DmaBufAttachment attachment) {
    return 0;
  }

  @Override
  public void detach(DmaBufAttachment attachment) {}

  @Override
  public void release() {}

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
    return MapResult.failed(Errno.EINVAL.rc());
  }

  @Override
  public MapResult vmap() {
    return MapResult.failed(Errno.EINVAL.rc());
  }

  @Override
  public void vunmap() {}
}
