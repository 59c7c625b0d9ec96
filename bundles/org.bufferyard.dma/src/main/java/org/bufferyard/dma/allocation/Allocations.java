package org.bufferyard.dma.allocation;

import static org.bufferyard.api.dma.DmaAddress.hex;

import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.bufferyard.api.dma.Allocation;
import org.bufferyard.api.dma.Allocation.CpuAddress;
import org.bufferyard.api.dma.AllocationSource;
import org.bufferyard.api.dma.Dma.FreeCall;
import org.bufferyard.api.dma.DmaAttr;
import org.bufferyard.api.dma.DmaAttrs;
import org.bufferyard.api.dma.DmaDirection;
import org.bufferyard.api.dma.Gfp;
import org.bufferyard.api.event.DmaEvent;
import org.bufferyard.api.event.DmaEvent.MessageClass;
import org.bufferyard.api.memory.CpuMapping;
import org.bufferyard.api.memory.PageBacking;
import org.bufferyard.api.memory.PageHazards;
import org.bufferyard.api.memory.PageRef;
import org.bufferyard.api.memory.Pgprot;
import org.bufferyard.api.memory.PhysMemory;
import org.bufferyard.api.memory.PhysRange;
import org.bufferyard.api.memory.Segment;
import org.bufferyard.api.memory.SgTable;
import org.bufferyard.dma.mapping.CpuList;
import org.bufferyard.dma.mapping.MaskRules;
import org.bufferyard.dma.mapping.Masks;
import org.bufferyard.dma.mapping.Trail;
import org.bufferyard.platform.yard.CpuCache;
import org.bufferyard.platform.yard.DmaEngineContext;
import org.bufferyard.platform.yard.Domain;
import org.bufferyard.platform.yard.MappingLedger;
import org.bufferyard.platform.yard.YardDevice;

/**
 * dma_alloc_attrs(), dma_alloc_noncontiguous() and their reverse (B1, B2, B11, B12). Engine thread
 * only.
 */
public final class Allocations {
  private final DmaEngineContext context;
  private final PhysMemory memory;
  private final CpuCache cache;
  private final MappingLedger ledger;
  private final PoolAllocation pools;
  private final DirectAllocation direct;
  private final IommuAllocation iommu;
  private final Frees frees;
  private final Trail trail;
  private final Map<Allocation, LiveAllocation> live = new IdentityHashMap<>();

  public Allocations(
      DmaEngineContext context,
      PoolAllocation pools,
      DirectAllocation direct,
      IommuAllocation iommu,
      Trail trail) {
    this.context = context;
    this.memory = context.memory();
    this.cache = context.cache();
    this.ledger = context.ledger();
    this.pools = pools;
    this.direct = direct;
    this.iommu = iommu;
    this.frees = new Frees(memory, iommu, trail);
    this.trail = trail;
  }

  /** dma_alloc_attrs() (B1). */
  public Optional<Allocation> allocate(YardDevice device, long sizeBytes, Gfp gfp, DmaAttrs attrs) {
    if (device.coherentDmaMask() == 0) {
      trail.message(
          device.id(),
          MessageClass.WARNING,
          device.name() + ": WARNING: dma_alloc_attrs: coherent_dma_mask is 0");
    }
    if (gfp.compound()) {
      return refused(device, sizeBytes, "__GFP_COMP is not allowed");
    }
    if (attrs.has(DmaAttr.CC_SHARED) && AllocationRules.CC_SHARED.holdsIn(context.kernel())) {
      return refused(device, sizeBytes, "DMA_ATTR_CC_SHARED is not the caller's to set");
    }
    Optional<YardDevice.Pool> pool = device.coherentPool();
    if (pool.isPresent()) {
      Optional<Placed> placed =
          pools.allocate(device, pool.get(), AllocationSource.DEVICE_POOL, sizeBytes);
      if (placed.isPresent() || !fallsThrough(device, pool.get())) {
        return finish(device, sizeBytes, attrs, placed, AllocationSource.DEVICE_POOL.name());
      }
    }
    Optional<Domain> domain = Masks.dmaDomain(device);
    if (trail.on()) {
      explainPath(device, domain);
    }
    Optional<Placed> placed =
        domain.isPresent()
            ? iommu.allocate(domain.get(), device, sizeBytes, gfp, attrs)
            : direct.allocate(device, sizeBytes, gfp, attrs);
    return finish(device, sizeBytes, attrs, placed, domain.isPresent() ? "IOMMU" : "DIRECT");
  }

  private Optional<Allocation> refused(YardDevice device, long sizeBytes, String why) {
    trail.message(
        device.id(), MessageClass.WARNING, device.name() + ": WARNING: dma_alloc_attrs: " + why);
    return finish(device, sizeBytes, DmaAttrs.NONE, Optional.empty(), "NONE");
  }

  private void explainPath(YardDevice device, Optional<Domain> domain) {
    trail.decided(
        MaskRules.GO_DIRECT,
        device.id(),
        domain
            .map(d -> device.name() + " is translated by " + d.iommu() + ": the IOMMU path allocates")
            .orElse(device.name() + " is not translated: the direct path allocates"));
  }

  /** Whether a pool that could not serve lets the call go on (B2). */
  private boolean fallsThrough(YardDevice device, YardDevice.Pool pool) {
    boolean goesOn =
        !pool.spec().exclusive() && AllocationRules.NOT_EXCLUSIVE.holdsIn(context.kernel());
    if (trail.on()) {
      trail.decided(
          goesOn ? AllocationRules.NOT_EXCLUSIVE : AllocationRules.DEVICE_POOL,
          device.id(),
          "pool "
              + pool.spec().name()
              + (goesOn
                  ? " was declared without DMA_MEMORY_EXCLUSIVE: other memory is tried"
                  : " is the device's own: NULL, no other memory is tried"),
          "pool",
          pool.spec().id());
    }
    return goesOn;
  }

  private Optional<Allocation> finish(
      YardDevice device,
      long sizeBytes,
      DmaAttrs attrs,
      Optional<Placed> placed,
      String path) {
    if (placed.isEmpty()) {
      if (trail.on()) {
        trail.emit(new DmaEvent.AllocationFailed(device.id(), sizeBytes, path));
      }
      return Optional.empty();
    }
    return Optional.of(
        enter(
            MappingLedger.Kind.COHERENT,
            device,
            sizeBytes,
            attrs,
            placed.get(),
            Optional.empty(),
            DmaDirection.BIDIRECTIONAL));
  }

  private Allocation enter(
      MappingLedger.Kind kind,
      YardDevice device,
      long sizeBytes,
      DmaAttrs attrs,
      Placed placed,
      Optional<SgTable> table,
      DmaDirection direction) {
    CpuAddress cpu =
        attrs.has(DmaAttr.NO_KERNEL_MAPPING) ? CpuAddress.COOKIE : placed.cpu();
    Allocation allocation =
        new Allocation(
            device.id(), sizeBytes, placed.handle(), placed.runs(), placed.source(), cpu, attrs);
    clear(placed, device, CpuViews.kernelProt(device, allocation, table.isPresent()));
    MappingLedger.Entry entry =
        new MappingLedger.Entry(
            kind, device.id(), placed.handle(), sizeBytes, () -> undo(allocation));
    live.put(allocation, new LiveAllocation(
            entry, device, placed.giveBack(), placed.givePages(), table, direction));
    ledger.add(entry);
    if (trail.on()) {
      trail.emit(
          new DmaEvent.Allocated(
              device.id(),
              placed.handle(),
              sizeBytes,
              placed.source().name(),
              placed.runs(),
              attrs.bits(),
              kind == MappingLedger.Kind.NONCONTIGUOUS));
    }
    return allocation;
  }

  /**
   * Zeroes, through the mapping that the kernel zeroes through, and leaves the caches as it does:
   * pages behind an IOMMU come zeroed from the page allocator and are cleaned for a non-coherent
   * device (B10), other memory is zeroed through its own mapping (B7.8).
   */
  private void clear(Placed placed, YardDevice device, Pgprot prot) {
    boolean pages = placed.source() == AllocationSource.IOMMU_PAGES;
    long rest = placed.zeroBytes();
    for (PhysRange run : placed.runs()) {
      long bytes = Math.min(rest, run.size());
      boolean linear = memory.backing(run.base()) == PageBacking.LINEAR;
      cache.zero(run.base(), pages && linear ? Pgprot.CACHED : prot, bytes);
      if (pages && !device.isCoherent()) {
        cache.clean(run.base(), run.size());
      }
      if (linear && prot != Pgprot.CACHED) {
        cache.uncachedAlias(run.base(), run.size());
      }
      rest -= bytes;
    }
  }

  private void undo(Allocation allocation) {
    LiveAllocation gone = live.remove(allocation);
    if (gone != null) {
      giveBack(allocation, gone);
    }
  }

  private void giveBack(Allocation allocation, LiveAllocation gone) {
    allocation.runs().forEach(run -> cache.forget(run.base(), run.size()));
    gone.giveBack().run();
  }

  /** Whether it is live and came from dma_alloc_noncontiguous(). */
  public boolean isNoncontiguous(Allocation allocation) {
    LiveAllocation entry = live.get(allocation);
    return entry != null && entry.table().isPresent();
  }

  /** dma_alloc_noncontiguous() (B11): never from a coherent pool. */
  public Optional<Allocation> allocateNoncontiguous(
      YardDevice device, long sizeBytes, DmaDirection direction, Gfp gfp, DmaAttrs attrs) {
    long others = attrs.bits() & ~DmaAttr.ALLOC_SINGLE_PAGES.mask();
    Optional<Domain> domain = Masks.dmaDomain(device);
    if (others != 0 || gfp.compound() || (domain.isEmpty() && gfp.dma32())) {
      return refused(device, sizeBytes, "attributes or gfp flags that noncontiguous memory refuses");
    }
    if (trail.on()) {
      trail.decided(
          AllocationRules.NONCONTIGUOUS,
          device.id(),
          domain.isPresent()
              ? "noncontiguous: pages of their own behind " + domain.get().iommu()
              : "noncontiguous without an IOMMU: one physical run");
    }
    Optional<Placed> placed =
        domain.isPresent()
            ? iommu.scattered(domain.get(), device, sizeBytes, attrs)
            : direct.allocatePages(device, sizeBytes, gfp);
    if (placed.isEmpty()) {
      if (trail.on()) {
        trail.emit(new DmaEvent.AllocationFailed(device.id(), sizeBytes, "NONCONTIGUOUS"));
      }
      return Optional.empty();
    }
    SgTable table = table(placed.get());
    Allocation made =
        enter(
            MappingLedger.Kind.NONCONTIGUOUS,
            device,
            sizeBytes,
            attrs,
            placed.get(),
            Optional.of(table),
            direction);
    if (trail.on()) {
      trail.emit(mapped(device, table, direction, attrs));
    }
    return Optional.of(made);
  }

  /** What debug_dma_map_sg() is told of the table: all entries, one segment. */
  private static DmaEvent mapped(
      YardDevice device, SgTable table, DmaDirection direction, DmaAttrs attrs) {
    CpuList cpu = new CpuList(table, PageHazards.UNHEARD);
    Segment first = table.segments().getFirst();
    return new DmaEvent.SgMapped(
        device.id(),
        direction.code(),
        cpu.physOfAll(),
        cpu.lengthOfAll(),
        new long[] {first.dma()},
        new long[] {first.dmaLength()},
        attrs.bits(),
        new DmaEvent.SegmentLimits(device.maxSegmentSize(), device.segmentBoundary()));
  }

  /** All pages on the CPU side, one DMA segment over them. */
  private SgTable table(Placed placed) {
    List<Segment.PageBacked> entries = new ArrayList<>();
    long total = placed.runs().stream().mapToLong(PhysRange::size).sum();
    for (PhysRange run : placed.runs()) {
      PageRef page = PageRefs.of(memory, run.base());
      Segment.PageBacked entry = new Segment.PageBacked(page, 0, run.size());
      entries.add(entries.isEmpty() ? entry.mappedAt(placed.handle(), total) : entry);
    }
    return new SgTable(entries, entries.size(), 1);
  }

  public SgTable tableOf(Allocation noncontiguous) {
    LiveAllocation entry = live.get(noncontiguous);
    if (entry == null || entry.table().isEmpty()) {
      throw new IllegalArgumentException(
          "no live noncontiguous allocation at " + hex(noncontiguous.handle()));
    }
    return entry.table().get();
  }

  /** The kernel's own mapping; empty as well when the allocation is gone. */
  public Optional<CpuMapping> kernelMapping(CpuViews views, Allocation allocation) {
    LiveAllocation entry = live.get(allocation);
    return entry == null
        ? Optional.empty()
        : views.kernelMapping(
            allocation,
            CpuViews.kernelProt(entry.owner(), allocation, entry.table().isPresent()));
  }

  /** dma_free_attrs(), dma_free_noncontiguous(), as the allocation asks for. */
  public void free(Allocation allocation) {
    LiveAllocation entry = live.get(allocation);
    if (entry == null) {
      notAllocated(allocation);
      return;
    }
    free(entry.owner(), allocation, FreeCall.of(allocation));
  }

  private void notAllocated(Allocation allocation) {
    trail.hazard(
        AllocationRules.FREE,
        allocation.owner(),
        "free of " + hex(allocation.handle()) + ", which is not allocated");
  }

  /** dma_free_attrs() with arguments of the driver's own (B12). */
  public void free(YardDevice device, Allocation allocation, FreeCall call) {
    boolean fromPool = allocation.source() == AllocationSource.DEVICE_POOL;
    if (call.interruptsOff() && !fromPool) {
      trail.message(
          device.id(),
          MessageClass.WARNING,
          device.name() + ": WARNING: dma_free_attrs: called with interrupts disabled");
    }
    LiveAllocation gone = live.remove(allocation);
    if (trail.on()) {
      frees.report(device, allocation, call, Optional.ofNullable(gone));
    }
    if (gone == null) {
      notAllocated(allocation);
      return;
    }
    ledger.remove(gone.entry());
    boolean meant =
        device.isPresent()
            && device == gone.owner()
            && call.handle() == allocation.handle()
            && call.sizeBytes() == allocation.sizeBytes();
    if (fromPool || meant) {
      giveBack(allocation, gone);
    } else {
      frees.otherThanMeant(device, allocation, call, gone);
    }
  }
}
