package org.bufferyard.conform.bench;

import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.bufferyard.api.dma.Allocation;
import org.bufferyard.api.dma.Dma;
import org.bufferyard.api.dma.Dma.MapResult;
import org.bufferyard.api.dma.Dma.SgResult;
import org.bufferyard.api.dma.DmaAttrs;
import org.bufferyard.api.dma.DmaDevice;
import org.bufferyard.api.dma.DmaDirection;
import org.bufferyard.api.dmabuf.BufferLifecycle;
import org.bufferyard.api.dmabuf.CpuAccessOps;
import org.bufferyard.api.dmabuf.DmaBufAttachment;
import org.bufferyard.api.dmabuf.DmaBufOps;
import org.bufferyard.api.dmabuf.DmaBufOpsKind;
import org.bufferyard.api.dmabuf.ExportedMemory;
import org.bufferyard.api.dmabuf.OpsContext;
import org.bufferyard.api.dmabuf.OpsTraits;
import org.bufferyard.api.dmabuf.OpsTraits.Member;
import org.bufferyard.api.kernel.Errno;
import org.bufferyard.api.memory.SgTable;

/**
 * The recorder's own exporter: a coherent allocation behind plain ops, with flags that leave members
 * out or make them fail. It notes its callbacks in the recorder's words.
 */
public final class RecorderExporter implements DmaBufOpsKind {
  /** exp_name. */
  static final String NAME = "dmaoracle";

  private final long flags;
  private final OpsTraits traits;
  private final List<String> callbacks;

  /** Tables that it mapped and nobody unmapped; by identity. */
  private final Set<SgTable> mapped = Collections.newSetFromMap(new IdentityHashMap<>());

  /**
   * @param flags as the command gives them
   * @param callbacks where a callback is noted as it runs
   */
  public RecorderExporter(long flags, List<String> callbacks) {
    this(flags, traitsOf(flags), callbacks);
  }

  private RecorderExporter(long flags, OpsTraits traits, List<String> callbacks) {
    this.flags = flags;
    this.traits = traits;
    this.callbacks = callbacks;
  }

  /** Whether that table is one of its own and still mapped; a copy of one is not. */
  boolean hasMapped(SgTable table) {
    return mapped.contains(table);
  }

  /** An exporter whose export info has a defect; empty for a kind of defect that is none. */
  public static Optional<RecorderExporter> defective(String kind, List<String> callbacks) {
    OpsTraits sound = traitsOf(0);
    Optional<OpsTraits> traits =
        switch (kind) {
          case "noops" -> Optional.of(new OpsTraits(NAME, false, Set.of(Member.PRIV)));
          case "nopriv" -> Optional.of(sound.without(Member.PRIV));
          case "nomap" -> Optional.of(sound.without(Member.MAP));
          case "nounmap" -> Optional.of(sound.without(Member.UNMAP));
          case "norelease" -> Optional.of(sound.without(Member.RELEASE));
          case "pinonly" -> Optional.of(new OpsTraits(NAME, true, false).without(Member.UNPIN));
          case "cachepin" -> Optional.of(new OpsTraits(NAME, true, true));
          default -> Optional.empty();
        };
    return traits.map(t -> new RecorderExporter(0, t, callbacks));
  }

  private static OpsTraits traitsOf(long flags) {
    OpsTraits traits = new OpsTraits(NAME, false, (flags & Flag.CACHE) != 0);
    if ((flags & Flag.NO_MMAP) != 0) {
      traits = traits.without(Member.MMAP);
    }
    if ((flags & Flag.NO_VMAP) != 0) {
      traits = traits.without(Member.VMAP).without(Member.VUNMAP);
    }
    if ((flags & Flag.NO_CPU_ACCESS) != 0) {
      traits = traits.without(Member.BEGIN_CPU_ACCESS).without(Member.END_CPU_ACCESS);
    }
    if ((flags & Flag.NO_ATTACH) != 0) {
      traits = traits.without(Member.ATTACH).without(Member.DETACH);
    }
    return traits;
  }

  /** Unmaps a table that its importer detached from: the recorder looks after its own leaks. */
  void giveBack(Dma dma, DmaDevice importer, SgTable table, DmaDirection direction) {
    mapped.remove(table);
    dma.unmapSgtable(importer, table, direction, DmaAttrs.NONE);
  }

  @Override
  public DmaBufOps open(ExportedMemory memory, OpsContext context) {
    return new Ops(memory, context);
  }

  private boolean has(long flag) {
    return (flags & flag) != 0;
  }

  /** Bits of the flags word. */
  private static final class Flag {
    private static final long NO_MMAP = 1;
    private static final long NO_VMAP = 2;
    private static final long NO_CPU_ACCESS = 4;
    private static final long MAP_FAILS = 8;
    private static final long MAP_IS_NULL = 16;
    private static final long CACHE = 32;
    private static final long ATTACH_FAILS = 64;
    private static final long BEGIN_FAILS = 128;
    private static final long NO_ATTACH = 256;
    private static final long VMAP_FAILS = 512;
  }

  private final class Ops implements DmaBufOps, BufferLifecycle, CpuAccessOps {
    private final ExportedMemory memory;
    private final OpsContext context;

    Ops(ExportedMemory memory, OpsContext context) {
      this.memory = memory;
      this.context = context;
    }

    private Allocation allocation() {
      return memory.allocation().orElseThrow();
    }

    @Override
    public OpsTraits traits() {
      return traits;
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
      return context.dma().getSgtable(memory.exporter(), allocation(), memory.sizeBytes());
    }

    @Override
    public SgResult mapSg(DmaBufAttachment attachment, DmaDirection direction) {
      callbacks.add("map:" + direction.code());
      if (has(Flag.MAP_FAILS)) {
        return SgResult.failed(Errno.EIO.rc());
      }
      if (has(Flag.MAP_IS_NULL)) {
        return new SgResult(0, Optional.empty());
      }
      SgResult base = getSgtable();
      if (base.table().isEmpty()) {
        return base;
      }
      SgTable table = base.table().get();
      int rc =
          context.dma().mapSgtable(attachment.importer(), table, direction, DmaAttrs.NONE);
      if (rc != 0) {
        callbacks.add("map_sgtable=" + rc);
        return SgResult.failed(rc);
      }
      mapped.add(table);
      return SgResult.of(table);
    }

    @Override
    public void unmapSg(DmaBufAttachment attachment, SgTable table, DmaDirection direction) {
      callbacks.add("unmap:" + direction.code());
      mapped.remove(table);
      context.dma().unmapSgtable(attachment.importer(), table, direction, DmaAttrs.NONE);
    }

    @Override
    public int attach(DmaBufAttachment attachment) {
      callbacks.add("attach");
      return has(Flag.ATTACH_FAILS) ? Errno.ENODEV.rc() : 0;
    }

    @Override
    public void detach(DmaBufAttachment attachment) {
      callbacks.add("detach");
    }

    @Override
    public void release() {
      callbacks.add("release");
      context.dma().free(allocation());
    }

    @Override
    public int beginCpuAccess(DmaDirection direction) {
      callbacks.add("begin:" + direction.code());
      return has(Flag.BEGIN_FAILS) ? Errno.EBUSY.rc() : 0;
    }

    @Override
    public int endCpuAccess(DmaDirection direction) {
      callbacks.add("end:" + direction.code());
      return 0;
    }

    @Override
    public MapResult mmap(long pageOffset, long sizeBytes, boolean shared) {
      MapResult result =
          context.dma().mmap(memory.exporter(), allocation(), pageOffset, sizeBytes);
      callbacks.add("mmap:" + result.rc());
      return result;
    }

    @Override
    public MapResult vmap() {
      callbacks.add("vmap");
      return has(Flag.VMAP_FAILS)
          ? MapResult.failed(Errno.EOPNOTSUPP.rc())
          : context
              .dma()
              .cpuMapping(allocation())
              .map(MapResult::of)
              .orElseGet(() -> MapResult.failed(Errno.EINVAL.rc()));
    }

    @Override
    public void vunmap() {
      callbacks.add("vunmap");
    }
  }
}
