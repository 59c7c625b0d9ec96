package org.bufferyard.dma;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import org.bufferyard.api.allocator.BouncePoolSpec;
import org.bufferyard.api.contract.PlainMemory;
import org.bufferyard.api.contract.RecordedEvents;
import org.bufferyard.api.dma.Dma;
import org.bufferyard.api.dma.DmaDevice;
import org.bufferyard.api.dma.DmaRange;
import org.bufferyard.api.dma.DmaRangeMap;
import org.bufferyard.api.event.DmaEvent;
import org.bufferyard.api.event.EventSink;
import org.bufferyard.api.iommu.DomainType;
import org.bufferyard.api.iommu.Geometry;
import org.bufferyard.api.kernel.KernelProfile;
import org.bufferyard.api.memory.PageHazards;
import org.bufferyard.api.memory.PageRef;
import org.bufferyard.api.memory.PhysMemory;
import org.bufferyard.api.memory.PhysRange;
import org.bufferyard.api.memory.Segment;
import org.bufferyard.api.memory.SgTable;
import org.bufferyard.platform.spec.MachineSpec;
import org.bufferyard.platform.spec.MemorySpec;
import org.bufferyard.platform.spec.PlatformSpec;
import org.bufferyard.platform.spec.PoolSpec;
import org.bufferyard.platform.yard.BounceArea;
import org.bufferyard.platform.yard.CpuCache;
import org.bufferyard.platform.yard.DmaEngineContext;
import org.bufferyard.platform.yard.Domain;
import org.bufferyard.platform.yard.MappingLedger;
import org.bufferyard.platform.yard.Placements;
import org.bufferyard.platform.yard.YardDevice;

/**
 * A board of the oracle's shape: RAM 0x40000000-0x17fffffff, DMA zone up to 2 GiB, a CMA area, a
 * bounce pool, no-map pools below and above 4 GiB.
 */
final class TestYard implements DmaEngineContext, Placements {
  static final PhysRange RAM = new PhysRange(0x4000_0000L, 0x1_4000_0000L);
  static final PhysRange POOL0 = new PhysRange(0x7000_0000L, 4 << 20);
  static final PhysRange POOL_HIGH = new PhysRange(0x1_4000_0000L, 2 << 20);
  static final PhysRange BOUNCE = new PhysRange(0x7800_0000L, 64 << 20);
  static final PhysRange CMA = new PhysRange(0x7c00_0000L, 64 << 20);

  final RecordedEvents recorded = new RecordedEvents();
  final PlainMemory memory = new PlainMemory(List.of(RAM), List.of(POOL0, POOL_HIGH));
  CpuCache cache = CpuCache.none(memory);
  final TestLedger ledger = new TestLedger();
  final FirstFitBook pool0 = new FirstFitBook(POOL0);
  final FirstFitBook poolHigh = new FirstFitBook(POOL_HIGH);
  final FirstFitBook cma = new FirstFitBook(CMA);
  final FirstFitBook dmaZone = new FirstFitBook(new PhysRange(0x4384_0000L, 16 << 20));
  final FirstFitBook dma32Zone = new FirstFitBook(new PhysRange(0x8080_0000L, 64 << 20));
  final FirstFitBook normalZone = new FirstFitBook(new PhysRange(0x1_0200_0000L, 512 << 20));
  final SlotBook slots = new SlotBook(BOUNCE);
  final List<Segment> badPages = new ArrayList<>();
  final Deque<Long> hints = new ArrayDeque<>();
  int hintCalls;
  MachineSpec.Architecture architecture = MachineSpec.Architecture.ARM64;
  long zoneDmaLimit = 0x7fff_ffffL;
  boolean forcedac;
  boolean kmallocBounce;
  Optional<BounceArea> bounce =
      Optional.of(new BounceArea(bounceSpec("swiotlb", BOUNCE), slots, false, false));
  Optional<YardDevice.Pool> global = Optional.empty();
  Optional<YardDevice.Pool> defaultCma =
      Optional.of(new YardDevice.Pool(poolSpec("cma", CMA, PoolSpec.Kind.CMA, true), cma));
  boolean silent;
  boolean debugsDma;
  final Map<PhysRange, YardDevice> windows = new LinkedHashMap<>();
  private final KernelProfile kernel;
  private Dma dma;

  TestYard(KernelProfile kernel) {
    this.kernel = kernel;
  }

  TestYard() {
    this(KernelProfile.LINUX_7_3);
  }

  /** The API under test; the board is fixed from then on. */
  Dma dma() {
    if (dma == null) {
      dma = new DmaApiEngine().open(this);
    }
    return dma;
  }

  static BouncePoolSpec bounceSpec(String id, PhysRange region) {
    return new BouncePoolSpec(id, "swiotlb", region, 1);
  }

  static PoolSpec poolSpec(String id, PhysRange range, PoolSpec.Kind kind, boolean exclusive) {
    return new PoolSpec(
        id,
        id,
        range,
        kind,
        "coherent-pool",
        kind == PoolSpec.Kind.COHERENT,
        exclusive,
        false,
        false);
  }

  TestDevice device(String id) {
    return new TestDevice(id);
  }

  /** A non-coherent device with the pool below 4 GiB. */
  TestDevice withPool0(String id) {
    TestDevice device = device(id).incoherent();
    device.pool =
        Optional.of(
            new YardDevice.Pool(poolSpec("pool0", POOL0, PoolSpec.Kind.COHERENT, true), pool0));
    return device;
  }

  TestDevice withHighPool(String id) {
    TestDevice device = device(id).incoherent();
    device.pool =
        Optional.of(
            new YardDevice.Pool(
                poolSpec("pool5", POOL_HIGH, PoolSpec.Kind.COHERENT, true), poolHigh));
    return device;
  }

  /** Bus 0 is CPU 0x40000000, 1 GiB. */
  TestDevice behindOffsetBus(String id) {
    TestDevice device = device(id).incoherent().masks(0x3fff_ffffL);
    device.busLimit = 0x3fff_ffffL;
    device.rangeMap =
        new DmaRangeMap(List.of(new DmaRange(0x4000_0000L, 0, 0x4000_0000L)));
    return device;
  }

  /** CPU 0x40000000 at bus 0x80000000 and CPU 0x60000000 at bus 0x10000000, 512 MiB each. */
  TestDevice behindTwoWindows(String id) {
    TestDevice device = device(id);
    device.busLimit = 0x9fff_ffffL;
    device.rangeMap =
        new DmaRangeMap(
            List.of(
                new DmaRange(0x4000_0000L, 0x8000_0000L, 0x2000_0000L),
                new DmaRange(0x6000_0000L, 0x1000_0000L, 0x2000_0000L)));
    return device;
  }

  static Geometry lpae() {
    return new Geometry(0x4020_1000L, 0, (1L << 48) - 1, true, false);
  }

  RecordingTable translate(TestDevice device) {
    return translate(device, lpae());
  }

  RecordingTable translate(TestDevice device, Geometry geometry) {
    RecordingTable table = new RecordingTable(geometry);
    device.domain =
        Optional.of(
            new Domain("smmu/" + device.id(), "smmu", DomainType.DMA, table, new TopDownIova()));
    return table;
  }

  PageRef page(long phys) {
    return new PageRef(phys >>> PageRef.SHIFT, memory.backing(phys));
  }

  SgTable list(long... physAndLength) {
    List<Segment.PageBacked> entries = new ArrayList<>();
    for (int i = 0; i < physAndLength.length; i += 2) {
      long phys = physAndLength[i];
      entries.add(
          new Segment.PageBacked(
              page(phys), (int) (phys & (PageRef.SIZE - 1)), physAndLength[i + 1]));
    }
    return SgTable.ofPages(entries);
  }

  byte[] bytes(long phys, int length) {
    byte[] bytes = new byte[length];
    memory.read(phys, bytes, 0, length);
    return bytes;
  }

  boolean said(Predicate<DmaEvent.Decided> what) {
    return recorded.of(DmaEvent.Decided.class).stream().anyMatch(what);
  }

  boolean messaged(DmaEvent.MessageClass kind) {
    return recorded.of(DmaEvent.KernelMessage.class).stream().anyMatch(m -> m.kind() == kind);
  }

  boolean hazard(String rule) {
    return recorded.of(DmaEvent.HazardRaised.class).stream()
        .anyMatch(h -> h.rule().id().equals(rule));
  }

  @Override
  public KernelProfile kernel() {
    return kernel;
  }

  @Override
  public EventSink events() {
    return silent
        ? new EventSink() {
          @Override
          public boolean on() {
            return false;
          }

          @Override
          public void emit(DmaEvent event) {
            throw new AssertionError("nobody listens, yet an event was built: " + event);
          }
        }
        : recorded;
  }

  @Override
  public PlatformSpec spec() {
    return new PlatformSpec(
        "test",
        new MachineSpec(
            architecture,
            zoneDmaLimit,
            true,
            kmallocBounce,
            Optional.of(CMA),
            new MachineSpec.Bounce(MachineSpec.BounceMode.AUTO, Optional.of(BOUNCE), 1),
            new MachineSpec.IommuMode(false, true, forcedac),
            new MachineSpec.Debugging(debugsDma, false)),
        List.of(new MemorySpec("ram", RAM)),
        List.of(
            poolSpec("pool0", POOL0, PoolSpec.Kind.COHERENT, true),
            poolSpec("pool5", POOL_HIGH, PoolSpec.Kind.COHERENT, true)),
        List.of(),
        List.of());
  }

  @Override
  public PhysMemory memory() {
    return memory;
  }

  @Override
  public CpuCache cache() {
    return cache;
  }

  @Override
  public MappingLedger ledger() {
    return ledger;
  }

  @Override
  public Placements placements() {
    return this;
  }

  @Override
  public PageHazards hazards() {
    return new PageHazards() {
      @Override
      public void noPage(Segment.DmaOnly segment) {
        badPages.add(segment);
      }

      @Override
      public void pageWithoutLinearMapping(Segment.PageBacked segment) {
        badPages.add(segment);
      }
    };
  }

  @Override
  public YardDevice device(DmaDevice device) {
    return (YardDevice) device;
  }

  @Override
  public List<Zone> zones() {
    return List.of(
        new Zone("DMA", List.of(), dmaZone),
        new Zone("DMA32", List.of(), dma32Zone),
        new Zone("NORMAL", List.of(), normalZone));
  }

  @Override
  public Optional<YardDevice.Pool> defaultCma() {
    return defaultCma;
  }

  @Override
  public Optional<YardDevice.Pool> globalPool() {
    return global;
  }

  @Override
  public Optional<YardDevice> registersAt(long phys) {
    return windows.entrySet().stream()
        .filter(w -> w.getKey().contains(phys))
        .map(Map.Entry::getValue)
        .findFirst();
  }

  /** Entries of any backing. */
  SgTable mixed(Segment.PageBacked... entries) {
    return SgTable.ofPages(List.of(entries));
  }

  @Override
  public Optional<BounceArea> defaultBounce() {
    return bounce;
  }

  @Override
  public void preferPages(long base) {
    hints.add(base);
  }

  @Override
  public void preferBounce(long address) {}

  @Override
  public void sawBounce(long address) {}

  @Override
  public void clear() {
    hints.clear();
  }

  @Override
  public long nextPages() {
    hintCalls++;
    Long hint = hints.poll();
    return hint == null ? -1L : hint;
  }

  @Override
  public long nextBounce() {
    return -1L;
  }

  @Override
  public long nextSeenBounce() {
    return -1L;
  }
}
