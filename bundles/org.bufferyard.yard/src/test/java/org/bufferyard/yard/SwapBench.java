package org.bufferyard.yard;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.bufferyard.api.device.DeviceKind;
import org.bufferyard.api.dma.Allocation;
import org.bufferyard.api.dma.DmaAttrs;
import org.bufferyard.api.dma.DmaDirection;
import org.bufferyard.api.dma.Gfp;
import org.bufferyard.api.dmabuf.DmaBuf;
import org.bufferyard.api.dmabuf.DmaBufAttachment;
import org.bufferyard.api.dmabuf.DmaBufs;
import org.bufferyard.api.dmabuf.ExportedMemory;
import org.bufferyard.api.kernel.KernelProfile;
import org.bufferyard.api.memory.PhysRange;
import org.bufferyard.api.memory.SgTable;
import org.bufferyard.platform.registry.Kinds;
import org.bufferyard.platform.spec.PoolSpec;
import org.bufferyard.platform.wiring.PlainWiring;
import org.bufferyard.platform.yard.DmaBufEngine;
import org.bufferyard.platform.yard.DmaEngine;
import org.bufferyard.platform.yard.KindSwap;
import org.bufferyard.platform.yard.SwapOutcome;
import org.bufferyard.platform.yard.Yard;
import org.bufferyard.platform.yard.YardOptions;
import org.bufferyard.platform.yard.YardState;

/**
 * A board with one of everything on the real engines and plug-ins: {@code codec} has a coherent pool,
 * {@code camera} allocates from CMA, {@code tiny} bounces through a pool of its own, {@code scaler} and
 * {@code viewer} stand behind the IOMMU {@code mmu}, which they share.
 */
final class SwapBench implements AutoCloseable {
  static final String SMMU = "arm,smmu-v3";
  static final PhysRange BOUNCE = new PhysRange(0x7300_0000L, 0x40_0000L);

  private final PlainWiring wiring = PlainWiring.wire();
  final SwitchedKinds kinds = new SwitchedKinds(wiring.get(Kinds.class));
  private final Bench bench = new Bench();

  SwapBench() {
    bench.pools.add(Bench.pool("bounce0", BOUNCE, PoolSpec.Kind.RESTRICTED, "swiotlb", false));
    bench.iommu("mmu", SMMU);
    bench.device(new Bench.Part("codec").pools("pool0"));
    bench.device(new Bench.Part("camera").pools("cma0"));
    bench.device(new Bench.Part("tiny").pools("bounce0"));
    bench.device(new Bench.Part("scaler").behind("mmu", 1));
    bench.device(new Bench.Part("viewer").behind("mmu", 2));
  }

  Yard open() {
    return open(YardOptions.fidelity(KernelProfile.DEFAULT));
  }

  Yard watched(Duration bound) {
    return open(YardOptions.fidelity(KernelProfile.DEFAULT).watched(bound));
  }

  Yard open(YardOptions options) {
    return new YardOpener(kinds, wiring.get(DmaEngine.class), wiring.get(DmaBufEngine.class))
        .open(bench.spec(), options);
  }

  /** A plug-in of a test's own that shadows the real one. */
  <K> K plant(Class<K> type, String model) {
    return kinds.put(type, model, Planted.like(type, kinds.real(type, model)));
  }

  <K> K plant(Class<K> type, String model, Planted.Trap trap) {
    return kinds.put(type, model, Planted.like(type, kinds.real(type, model), trap));
  }

  static List<SwapOutcome> swap(Yard yard) {
    List<KindSwap> plan = yard.planSwap();
    return yard.call(state -> state.swap(plan));
  }

  /** A device type that is not there at the start. */
  static DeviceKind driver(DeviceKind like) {
    return Planted.like(DeviceKind.class, like);
  }

  static Allocation allocate(YardState state, String device, long size) {
    return state
        .dma()
        .allocAttrs(state.device(device), size, Gfp.KERNEL, DmaAttrs.NONE)
        .orElseThrow();
  }

  static SgTable pages(YardState state, long size) {
    return state.dmaBufs().allocPages(size, DmaBufs.PageBlocks.LARGEST).orElseThrow();
  }

  /** A streaming mapping of pages of its own. */
  record Mapped(String device, SgTable table) {
    static Mapped of(YardState state, String device, long size) {
      SgTable table = pages(state, size);
      int rc =
          state
              .dma()
              .mapSgtable(
                  state.device(device), table, DmaDirection.BIDIRECTIONAL, DmaAttrs.NONE);
      if (rc != 0) {
        state.dmaBufs().freePages(table);
        throw new IllegalStateException("mapSgtable for " + device + ": " + rc);
      }
      return new Mapped(device, table);
    }

    void undo(YardState state) {
      state
          .dma()
          .unmapSgtable(state.device(device), table, DmaDirection.BIDIRECTIONAL, DmaAttrs.NONE);
      state.dmaBufs().freePages(table);
    }
  }

  /** A buffer of the codec's pool or the camera's memory with one importer. */
  record Shared(Allocation memory, DmaBuf buffer, DmaBufAttachment attachment, SgTable table) {
    static Shared of(YardState state, String exporter, String importer, long size) {
      return of(state, allocate(state, exporter, size), exporter, importer);
    }

    static Shared of(YardState state, Allocation memory, String exporter, String importer) {
      DmaBuf buffer =
          state
              .dmaBufs()
              .export(
                  new ExportedMemory(
                      state.device(exporter),
                      memory.sizeBytes(),
                      Optional.of(memory),
                      Optional.empty()),
                  DmaBufs.OpsPolicy.PROPOSAL,
                  "vb2-contig",
                  Optional.empty())
              .buffer()
              .orElseThrow();
      return attach(state, memory, buffer, importer);
    }

    /** The importer goes, the buffer stays. */
    void detach(YardState state) {
      state.dmaBufs().unmap(attachment, table, DmaDirection.BIDIRECTIONAL);
      state.dmaBufs().detach(attachment);
    }

    /** The importer comes back. */
    Shared attach(YardState state, String importer) {
      return attach(state, memory, buffer, importer);
    }

    private static Shared attach(
        YardState state, Allocation memory, DmaBuf buffer, String importer) {
      DmaBufAttachment attachment =
          state
              .dmaBufs()
              .attach(buffer, state.device(importer), false)
              .attachment()
              .orElseThrow();
      SgTable table =
          state.dmaBufs().map(attachment, DmaDirection.BIDIRECTIONAL).table().orElseThrow();
      return new Shared(memory, buffer, attachment, table);
    }

    /** Nobody has it any more; the memory stays. */
    void release(YardState state) {
      detach(state);
      state.dmaBufs().put(buffer);
    }

    void undo(YardState state) {
      release(state);
      state.dmaBufs().freeAllocation(memory);
    }
  }

  @Override
  public void close() {
    wiring.close();
  }
}
