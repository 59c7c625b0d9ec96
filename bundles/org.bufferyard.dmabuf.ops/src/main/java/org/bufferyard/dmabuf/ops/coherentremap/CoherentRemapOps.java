package org.bufferyard.dmabuf.ops.coherentremap;

import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.bufferyard.api.dma.Allocation;
import org.bufferyard.api.dma.Dma.SgResult;
import org.bufferyard.api.dma.DmaAddress;
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
import org.bufferyard.api.memory.PageRef;
import org.bufferyard.api.memory.Segment;
import org.bufferyard.api.memory.SgTable;

/**
 * The ops of one buffer of coherent memory: the exporter's table has addresses and no pages, an
 * importer's table is made by remapping the allocation for it.
 */
final class CoherentRemapOps implements DmaBufOps, BufferLifecycle {

  /** One attachment's live mapping. */
  private static final class Remap {
    private final SgTable table;
    private final DmaDirection direction;
    private int users = 1;

    Remap(SgTable table, DmaDirection direction) {
      this.table = table;
      this.direction = direction;
    }
  }

  private final ExportedMemory memory;
  private final OpsContext context;
  private final CpuAccessOps cpu;
  private final Map<DmaBufAttachment, Remap> remaps = new IdentityHashMap<>();
  private boolean revoked;

  CoherentRemapOps(ExportedMemory memory, OpsContext context) {
    this.memory = memory;
    this.context = context;
    this.cpu = new CoherentCpu(memory, context);
  }

  @Override
  public OpsTraits traits() {
    return new OpsTraits(CoherentRemapOpsKind.NAME, false, false);
  }

  @Override
  public BufferLifecycle lifecycle() {
    return this;
  }

  @Override
  public CpuAccessOps cpu() {
    return cpu;
  }

  @Override
  public SgResult getSgtable() {
    if (memory.allocation().isEmpty()) {
      decided(
          RemapRules.GET_SGTABLE,
          memory.exporter().id(),
          "these pages are no DMA allocation of the exporter: there is no handle to hand out,"
              + " -EINVAL",
          Map.of("errno", "-EINVAL"));
      return SgResult.failed(Errno.EINVAL.rc());
    }
    Allocation allocation = memory.allocation().get();
    long length = PageRef.align(memory.sizeBytes());
    decided(
        RemapRules.GET_SGTABLE,
        memory.exporter().id(),
        "one segment in the exporter's addresses, "
            + DmaAddress.hex(allocation.handle())
            + " + "
            + length
            + " bytes, and no page",
        Map.of("dma", DmaAddress.hex(allocation.handle()), "length", Long.toString(length)));
    return SgResult.of(SgTable.ofDma(List.of(new Segment.DmaOnly(allocation.handle(), length))));
  }

  @Override
  public int attach(DmaBufAttachment attachment) {
    return isRevoked(attachment) ? Errno.ENODEV.rc() : 0;
  }

  /** Attachments are told (P9); the memory itself lives on until the last of them is gone. */
  @Override
  public boolean revoke() {
    revoked = true;
    return true;
  }

  private boolean isRevoked(DmaBufAttachment attachment) {
    if (!revoked && memory.exporter().isPresent()) {
      return false;
    }
    decided(
        RemapRules.REVOKED,
        attachment.importer().id(),
        "the exporter " + memory.exporter().id() + " is gone, its buffers are revoked: -ENODEV",
        Map.of("errno", "-ENODEV"));
    return true;
  }

  @Override
  public SgResult mapSg(DmaBufAttachment attachment, DmaDirection direction) {
    if (isRevoked(attachment)) {
      return SgResult.failed(Errno.ENODEV.rc());
    }
    Remap held = remaps.get(attachment);
    if (held == null) {
      return firstMap(attachment, direction);
    }
    if (held.direction != direction && held.direction != DmaDirection.BIDIRECTIONAL) {
      decided(
          RemapRules.ONE_DIRECTION,
          attachment.importer().id(),
          "the attachment is mapped "
              + held.direction
              + ", "
              + direction
              + " at the same time is refused: -EBUSY",
          Map.of("mapped", held.direction.name(), "asked", direction.name()));
      return SgResult.failed(Errno.EBUSY.rc());
    }
    held.users++;
    return SgResult.of(held.table);
  }

  private SgResult firstMap(DmaBufAttachment attachment, DmaDirection direction) {
    SgResult result =
        context
            .dma()
            .coherentRemap(
                memory.exporter(),
                memory.allocation().orElseThrow(),
                attachment.importer(),
                direction);
    if (result.table().isEmpty()) {
      decided(
          RemapRules.MAP_SG,
          attachment.importer().id(),
          "the coherent remap failed, and there is no bounce to fall back to: "
              + Errno.text(result.rc()),
          Map.of("errno", Errno.text(result.rc())));
      return result;
    }
    remaps.put(attachment, new Remap(result.table().get(), direction));
    return result;
  }

  @Override
  public void unmapSg(DmaBufAttachment attachment, SgTable table, DmaDirection direction) {
    Remap held = remaps.get(attachment);
    if (held == null || held.table != table) {
      hazard(attachment.importer().id() + " unmaps a table that its attachment does not hold");
      return;
    }
    if (--held.users == 0) {
      undo(attachment, held);
    }
  }

  private void undo(DmaBufAttachment attachment, Remap held) {
    remaps.remove(attachment);
    context.dma().coherentUnmap(attachment.importer(), held.table, held.direction);
  }

  /** A detach undoes what the importer forgot: the exporter owns these mappings. */
  @Override
  public void detach(DmaBufAttachment attachment) {
    Optional<Remap> forgotten = Optional.ofNullable(remaps.get(attachment));
    forgotten.ifPresent(held -> undo(attachment, held));
  }

  /** The allocation itself is the driver's to free; the core puts that off until now (P9). */
  @Override
  public void release() {
    if (!remaps.isEmpty()) {
      hazard(remaps.size() + " attachment(s) are still mapped at release");
    }
  }

  private void decided(Rule rule, String element, String text, Map<String, String> values) {
    context.events().emit(new DmaEvent.Decided(rule, element, text, values));
  }

  private void hazard(String text) {
    context
        .events()
        .emit(new DmaEvent.HazardRaised(RemapRules.UNMAP_SG, context.buffer(), text));
  }
}
