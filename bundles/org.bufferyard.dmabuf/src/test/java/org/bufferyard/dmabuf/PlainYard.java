package org.bufferyard.dmabuf;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.bufferyard.api.contract.PlainDevice;
import org.bufferyard.api.contract.PlainDma;
import org.bufferyard.api.contract.PlainMemory;
import org.bufferyard.api.contract.RecordedEvents;
import org.bufferyard.api.dma.Allocation;
import org.bufferyard.api.dma.AllocationSource;
import org.bufferyard.api.dma.DmaAttrs;
import org.bufferyard.api.dma.DmaDevice;
import org.bufferyard.api.dmabuf.DmaBufOpsKind;
import org.bufferyard.api.dmabuf.ExportedMemory;
import org.bufferyard.api.event.DmaEvent;
import org.bufferyard.api.kernel.KernelProfile;
import org.bufferyard.api.memory.PageHazards;
import org.bufferyard.api.memory.PhysMemory;
import org.bufferyard.api.memory.PhysRange;
import org.bufferyard.api.memory.Segment;
import org.bufferyard.platform.input.BadInputException;
import org.bufferyard.platform.spec.MachineSpec;
import org.bufferyard.platform.spec.PoolSpec;
import org.bufferyard.platform.yard.CpuCache;
import org.bufferyard.platform.yard.DmaBufEngineContext;
import org.bufferyard.platform.yard.DmaEngineContext;
import org.bufferyard.platform.yard.YardDevice;

/** A yard for the core alone: plain DMA, one exporter, scripted ops by name. */
final class PlainYard implements DmaBufEngineContext, PageHazards {
  static final long BASE = 0x4000_0000L;

  /** The page allocator's memory; CMA areas lie behind it. */
  static final long ZONE = 0x8000_0000L;

  static final long ZONE_BYTES = 16 << 20;

  private final KernelProfile kernel;
  private boolean moveNotify;
  private long now;
  private MachineSpec.Debugging debugging = MachineSpec.Debugging.NONE;
  private final RecordedEvents events = new RecordedEvents();
  private final BumpBook zone = new BumpBook(new PhysRange(ZONE, ZONE_BYTES));
  private final List<YardDevice.Pool> cmaAreas = new ArrayList<>();
  private final Map<String, PlainDevice> miscDevices = new TreeMap<>();
  private final PlainDma dma =
      new PlainDma(
          new PlainMemory(
              List.of(new PhysRange(BASE, 1 << 20), new PhysRange(ZONE, 2 * ZONE_BYTES)),
              List.of()));
  private final Map<String, DmaBufOpsKind> kinds = new TreeMap<>();
  private final PlainDevice exporter = new PlainDevice("exporter");

  PlainYard(KernelProfile kernel) {
    this.kernel = kernel;
  }

  void install(String name, DmaBufOpsKind kind) {
    kinds.put(name, kind);
  }

  Allocation allocation(long sizeBytes, AllocationSource source) {
    return dma.allocation(exporter, BASE, sizeBytes, source, DmaAttrs.NONE);
  }

  ExportedMemory memory(Allocation allocation) {
    return new ExportedMemory(
        exporter, allocation.sizeBytes(), Optional.of(allocation), Optional.empty());
  }

  DmaDevice exporter() {
    return exporter;
  }

  /** The kernel functions whose rules decided something, in order. */
  List<String> decidingFunctions() {
    return events.of(DmaEvent.Decided.class).stream().map(d -> d.rule().function()).toList();
  }

  List<String> hazardTexts() {
    return events.of(DmaEvent.HazardRaised.class).stream().map(h -> h.text()).toList();
  }

  @Override
  public PlainDma dma() {
    return dma;
  }

  @Override
  public PageHazards hazards() {
    return this;
  }

  @Override
  public DmaBufOpsKind ops(String name) {
    if (!kinds.containsKey(name)) {
      throw new BadInputException("no ops '" + name + "'", "", "there are: " + kinds.keySet());
    }
    return kinds.get(name);
  }

  /** Makes the kernel one with CONFIG_DMABUF_DEBUG. */
  PlainYard hidingPages() {
    debugging = new MachineSpec.Debugging(false, true);
    return this;
  }

  /** Makes the kernel one with CONFIG_DMABUF_MOVE_NOTIFY. */
  PlainYard notifyingMoves() {
    moveNotify = true;
    return this;
  }

  @Override
  public boolean moveNotify() {
    return moveNotify;
  }

  @Override
  public MachineSpec.Debugging debugging() {
    return debugging;
  }

  @Override
  public CpuCache cache() {
    return CpuCache.none(memory());
  }

  @Override
  public PhysMemory memory() {
    return dma.memory();
  }

  /** One zone above the exporter's own memory. */
  @Override
  public List<DmaEngineContext.Zone> zones() {
    return List.of(new DmaEngineContext.Zone("NORMAL", List.of(zone.region()), zone));
  }

  @Override
  public List<YardDevice.Pool> cmaAreas() {
    return cmaAreas;
  }

  @Override
  public Optional<YardDevice.Pool> defaultCma() {
    return cmaAreas.stream().findFirst();
  }

  /** A CMA area of that size; the first one is the default. */
  void addCmaArea(String name, PhysRange range) {
    PoolSpec spec =
        new PoolSpec(
            name, name, range, PoolSpec.Kind.CMA, "cma", false, true, cmaAreas.isEmpty(), true);
    cmaAreas.add(new YardDevice.Pool(spec, new BumpBook(range)));
  }

  BumpBook zone() {
    return zone;
  }

  @Override
  public PlainDevice miscDevice(String name) {
    return miscDevices.computeIfAbsent(name, PlainDevice::new);
  }

  @Override
  public long nowNanos() {
    return now;
  }

  /** Sets the virtual time. */
  void setNow(long nanos) {
    now = nanos;
  }

  @Override
  public KernelProfile kernel() {
    return kernel;
  }

  @Override
  public RecordedEvents events() {
    return events;
  }

  @Override
  public void noPage(Segment.DmaOnly segment) {
    throw new AssertionError("the core walked pages: " + segment);
  }

  @Override
  public void pageWithoutLinearMapping(Segment.PageBacked segment) {
    throw new AssertionError("the core walked pages: " + segment);
  }
}
