package org.bufferyard.api.contract;

import java.util.IdentityHashMap;
import java.util.Map;
import org.bufferyard.api.dma.Dma.MapResult;
import org.bufferyard.api.dma.Dma.SgResult;
import org.bufferyard.api.dma.DmaAttrs;
import org.bufferyard.api.dma.DmaDirection;
import org.bufferyard.api.dmabuf.BufferLifecycle;
import org.bufferyard.api.dmabuf.CpuAccessOps;
import org.bufferyard.api.dmabuf.DmaBufAttachment;
import org.bufferyard.api.dmabuf.DmaBufOps;
import org.bufferyard.api.dmabuf.DmaBufOpsKind;
import org.bufferyard.api.dmabuf.ExportedMemory;
import org.bufferyard.api.dmabuf.OpsContext;
import org.bufferyard.api.dmabuf.OpsTraits;
import org.bufferyard.api.kernel.Errno;
import org.bufferyard.api.memory.SgTable;

/** The plainest ops that keep the contract, and one defect at a time on request. */
final class PlainOpsKind implements DmaBufOpsKind {

  /** What is wrong with it. */
  enum Defect {
    NONE,
    /** The mapping outlives the attachment. */
    DETACH_FORGETS_THE_MAPPING,
    /** Undoes with BIDIRECTIONAL whatever was mapped. */
    UNMAPS_IN_ANOTHER_DIRECTION,
    /** A failed map answers 0 and no table. */
    MAP_FAILURE_IS_SILENT,
    /** Frees the driver's memory at release. */
    RELEASE_FREES
  }

  private final Defect defect;

  PlainOpsKind(Defect defect) {
    this.defect = defect;
  }

  @Override
  public DmaBufOps open(ExportedMemory memory, OpsContext context) {
    return new Ops(memory, context);
  }

  private final class Ops implements DmaBufOps, BufferLifecycle, CpuAccessOps {
    private record Mapped(SgTable table, DmaDirection direction) {}

    private final ExportedMemory memory;
    private final OpsContext context;
    private final Map<DmaBufAttachment, Mapped> mapped = new IdentityHashMap<>();

    Ops(ExportedMemory memory, OpsContext context) {
      this.memory = memory;
      this.context = context;
    }

    @Override
    public OpsTraits traits() {
      return new OpsTraits("plain", false, false);
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
      return context
          .dma()
          .getSgtable(
              memory.exporter(), memory.allocation().orElseThrow(), memory.sizeBytes());
    }

    @Override
    public SgResult mapSg(DmaBufAttachment attachment, DmaDirection direction) {
      drop(attachment);
      SgTable table = getSgtable().table().orElseThrow();
      int rc = context.dma().mapSgtable(attachment.importer(), table, direction, DmaAttrs.NONE);
      if (rc != 0) {
        return SgResult.failed(defect == Defect.MAP_FAILURE_IS_SILENT ? 0 : rc);
      }
      mapped.put(attachment, new Mapped(table, direction));
      return SgResult.of(table);
    }

    @Override
    public void unmapSg(DmaBufAttachment attachment, SgTable table, DmaDirection direction) {
      // Kept until detach or the next map.
    }

    private void drop(DmaBufAttachment attachment) {
      Mapped last = mapped.remove(attachment);
      if (last != null) {
        DmaDirection direction =
            defect == Defect.UNMAPS_IN_ANOTHER_DIRECTION
                ? DmaDirection.BIDIRECTIONAL
                : last.direction();
        context
            .dma()
            .unmapSgtable(attachment.importer(), last.table(), direction, DmaAttrs.NONE);
      }
    }

    @Override
    public int attach(DmaBufAttachment attachment) {
      return 0;
    }

    @Override
    public void detach(DmaBufAttachment attachment) {
      if (defect != Defect.DETACH_FORGETS_THE_MAPPING) {
        drop(attachment);
      }
    }

    @Override
    public void release() {
      if (defect == Defect.RELEASE_FREES) {
        context.dma().free(memory.allocation().orElseThrow());
      }
    }

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
      return context
          .dma()
          .mmap(memory.exporter(), memory.allocation().orElseThrow(), pageOffset, sizeBytes);
    }

    @Override
    public MapResult vmap() {
      return context
          .dma()
          .cpuMapping(memory.allocation().orElseThrow())
          .map(MapResult::of)
          .orElseGet(() -> MapResult.failed(Errno.EINVAL.rc()));
    }

    @Override
    public void vunmap() {
      // Nothing of its own.
    }
  }
}
