package org.bufferyard.dmabuf;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
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
import org.bufferyard.api.kernel.KernelOops;
import org.bufferyard.api.kernel.Rule;
import org.bufferyard.api.memory.SgTable;

/**
 * Ops that note their callbacks in the words of the recorded kernels ({@code "map:0"}: the name and
 * the direction's number) and answer as told. They are their own kind, for one buffer at a time.
 */
final class ScriptedOps implements DmaBufOpsKind, DmaBufOps, BufferLifecycle, CpuAccessOps {
  /** What to answer instead of the flags below. */
  OpsTraits traits;

  boolean dynamic;
  boolean revokes;
  boolean cacheSgtMapping;
  boolean mapReturnsNull;
  boolean mapOopses;
  int mapError;
  int attachError;
  int pinError;
  int beginError;
  int vmapError;
  int sgtableError;

  /** What an exporter's fault handler has, where that is less than was mapped. */
  Optional<Long> mmapBytes = Optional.empty();

  /** Callbacks that break when they are called: their names without a direction. */
  final Set<String> breaksIn = new HashSet<>();

  private final List<String> callbacks = new ArrayList<>();
  private ExportedMemory memory;
  private OpsContext context;

  /** The callbacks since the last call of this. */
  List<String> callbacks() {
    List<String> since = List.copyOf(callbacks);
    callbacks.clear();
    return since;
  }

  private void note(String callback) {
    callbacks.add(callback);
    if (breaksIn.contains(callback.replaceFirst(":.*", ""))) {
      throw new IllegalStateException("broke in " + callback);
    }
  }

  @Override
  public DmaBufOps open(ExportedMemory exported, OpsContext opsContext) {
    memory = exported;
    context = opsContext;
    return this;
  }

  @Override
  public OpsTraits traits() {
    return traits != null ? traits : new OpsTraits("scripted", dynamic, cacheSgtMapping);
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
    if (sgtableError != 0) {
      return SgResult.failed(sgtableError);
    }
    return memory.pages().isPresent()
        ? SgResult.of(memory.pages().get().copy())
        : context
            .dma()
            .getSgtable(
                memory.exporter(), memory.allocation().orElseThrow(), memory.sizeBytes());
  }

  @Override
  public SgResult mapSg(DmaBufAttachment attachment, DmaDirection direction) {
    note("map:" + direction.code());
    if (mapOopses) {
      throw new KernelOops(Rule.of("E5", "swiotlb_bounce"), "no linear mapping");
    }
    if (mapReturnsNull) {
      return new SgResult(0, Optional.empty());
    }
    if (mapError != 0) {
      return SgResult.failed(mapError);
    }
    SgTable table = getSgtable().table().orElseThrow();
    context.dma().mapSgtable(attachment.importer(), table, direction, DmaAttrs.NONE);
    return SgResult.of(table);
  }

  @Override
  public void unmapSg(DmaBufAttachment attachment, SgTable table, DmaDirection direction) {
    note("unmap:" + direction.code());
    context.dma().unmapSgtable(attachment.importer(), table, direction, DmaAttrs.NONE);
  }

  @Override
  public boolean revoke() {
    note("revoke");
    return revokes;
  }

  @Override
  public int attach(DmaBufAttachment attachment) {
    note("attach");
    return attachError;
  }

  @Override
  public void detach(DmaBufAttachment attachment) {
    note("detach");
  }

  @Override
  public int pin(DmaBufAttachment attachment) {
    note("pin");
    return pinError;
  }

  @Override
  public void unpin(DmaBufAttachment attachment) {
    note("unpin");
  }

  @Override
  public void release() {
    note("release");
  }

  @Override
  public int beginCpuAccess(DmaDirection direction) {
    note("begin:" + direction.code());
    return beginError;
  }

  @Override
  public int endCpuAccess(DmaDirection direction) {
    note("end:" + direction.code());
    return 0;
  }

  @Override
  public MapResult mmap(long pageOffset, long sizeBytes, boolean shared) {
    note("mmap");
    if (memory.pages().isPresent()) {
      return MapResult.of(
          context.cpuMapping(memory.pages().get(), pageOffset, mmapBytes.orElse(sizeBytes)));
    }
    return context
        .dma()
        .mmap(
            memory.exporter(),
            memory.allocation().orElseThrow(),
            pageOffset,
            mmapBytes.orElse(sizeBytes));
  }

  @Override
  public MapResult vmap() {
    note("vmap");
    return vmapError != 0
        ? MapResult.failed(vmapError)
        : context
            .dma()
            .cpuMapping(memory.allocation().orElseThrow())
            .map(MapResult::of)
            .orElseGet(() -> MapResult.failed(Errno.EINVAL.rc()));
  }

  @Override
  public void vunmap() {
    note("vunmap");
  }
}
