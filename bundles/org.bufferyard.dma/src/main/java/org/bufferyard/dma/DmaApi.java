package org.bufferyard.dma;

import java.util.Optional;
import org.bufferyard.api.dma.Allocation;
import org.bufferyard.api.dma.Dma;
import org.bufferyard.api.dma.DmaAttr;
import org.bufferyard.api.dma.DmaAttrs;
import org.bufferyard.api.dma.DmaDevice;
import org.bufferyard.api.dma.DmaDirection;
import org.bufferyard.api.dma.Gfp;
import org.bufferyard.api.dma.IovaRange;
import org.bufferyard.api.memory.CpuMapping;
import org.bufferyard.api.memory.PageRef;
import org.bufferyard.api.memory.SgTable;
import org.bufferyard.dma.allocation.Allocations;
import org.bufferyard.dma.allocation.CpuViews;
import org.bufferyard.dma.allocation.DirectAllocation;
import org.bufferyard.dma.allocation.IommuAllocation;
import org.bufferyard.dma.allocation.PageRefs;
import org.bufferyard.dma.allocation.Pages;
import org.bufferyard.dma.allocation.PoolAllocation;
import org.bufferyard.dma.allocation.SgtableExport;
import org.bufferyard.dma.bounce.Bounces;
import org.bufferyard.dma.iommu.IommuCore;
import org.bufferyard.dma.iommu.IommuLists;
import org.bufferyard.dma.iommu.IommuMapping;
import org.bufferyard.dma.iommu.IovaRanges;
import org.bufferyard.dma.iommu.IovaSpace;
import org.bufferyard.dma.iommu.LinkedRange;
import org.bufferyard.dma.mapping.CacheUpkeep;
import org.bufferyard.dma.mapping.LiveMappings;
import org.bufferyard.dma.mapping.Masks;
import org.bufferyard.dma.mapping.Trail;
import org.bufferyard.dma.remap.CoherentRemap;
import org.bufferyard.dma.remap.RemapDirect;
import org.bufferyard.dma.remap.RemapThroughIommu;
import org.bufferyard.dma.streaming.DirectMapping;
import org.bufferyard.dma.streaming.ListStreaming;
import org.bufferyard.dma.streaming.Streaming;
import org.bufferyard.platform.spec.MachineSpec;
import org.bufferyard.platform.yard.DmaEngineContext;
import org.bufferyard.platform.yard.YardDevice;

/** The DMA API of one yard: wires the parts and passes calls on. Engine thread only. */
final class DmaApi implements Dma {
  private final DmaEngineContext context;
  private final Masks masks;
  private final Allocations allocations;
  private final SgtableExport sgtables;
  private final CpuViews views;
  private final Streaming streaming;
  private final ListStreaming lists;
  private final CoherentRemap remap;
  private final IovaRanges ranges;

  DmaApi(DmaEngineContext context) {
    this.context = context;
    MachineSpec machine = context.spec().machine();
    Trail trail = new Trail(context.events());
    LiveMappings live = new LiveMappings(context.ledger());
    CacheUpkeep caches =
        new CacheUpkeep(
            machine.architecture(),
            context.memory(),
            context.cache(),
            phys -> context.registersAt(phys).isPresent(),
            trail);
    IovaSpace iovas = new IovaSpace(context, trail);
    IommuCore core = new IommuCore(context.kernel(), trail);
    this.masks = new Masks(context, trail);
    Bounces bounces = new Bounces(context, masks, trail);
    DirectMapping direct =
        new DirectMapping(context.kernel(), machine, masks, bounces, caches, trail);
    IommuMapping iommu =
        new IommuMapping(context.kernel(), machine, iovas, core, bounces, caches, trail);
    this.streaming =
        new Streaming(context, direct, iommu, live, trail);
    this.lists =
        new ListStreaming(
            context,
            streaming,
            direct,
            iommu,
            new IommuLists(context.kernel(), iommu, iovas, core, caches, trail),
            live,
            caches,
            trail);
    this.ranges =
        new IovaRanges(
            context.kernel(),
            new LinkedRange.Parts(iovas, core, iommu, bounces, caches, trail),
            context.ledger());
    Pages pages = new Pages(context, trail);
    PoolAllocation pools = new PoolAllocation(trail);
    this.allocations =
        new Allocations(
            context,
            pools,
            new DirectAllocation(context, pages, pools, caches, trail),
            new IommuAllocation(context, pages, iovas, core, iommu, caches, trail),
            trail);
    this.sgtables = new SgtableExport(context.kernel(), context.memory(), trail);
    this.views = new CpuViews(machine, context.cache(), trail);
    this.remap =
        new CoherentRemap(
            new RemapThroughIommu(iovas, core, live, trail),
            new RemapDirect(live, trail),
            live,
            trail);
  }

  private YardDevice yards(DmaDevice device) {
    return context.device(device);
  }

  @Override
  public int setMask(DmaDevice device, long mask) {
    return masks.setMask(yards(device), mask);
  }

  @Override
  public int setCoherentMask(DmaDevice device, long mask) {
    return masks.setCoherentMask(yards(device), mask);
  }

  @Override
  public Optional<IovaRange> tryAllocIova(DmaDevice device, long phys, long sizeBytes) {
    return ranges.tryAlloc(yards(device), phys, sizeBytes);
  }

  @Override
  public long requiredMask(DmaDevice device) {
    return masks.requiredMask(yards(device));
  }

  @Override
  public long maxMappingSize(DmaDevice device) {
    return masks.maxMappingSize(yards(device));
  }

  @Override
  public long optMappingSize(DmaDevice device) {
    return masks.optMappingSize(yards(device));
  }

  @Override
  public long mergeBoundary(DmaDevice device) {
    return masks.mergeBoundary(yards(device));
  }

  @Override
  public boolean addressingLimited(DmaDevice device) {
    return masks.addressingLimited(yards(device));
  }

  @Override
  public Optional<Allocation> allocAttrs(
      DmaDevice device, long sizeBytes, Gfp gfp, DmaAttrs attrs) {
    return allocations.allocate(yards(device), sizeBytes, gfp, attrs);
  }

  @Override
  public Optional<Allocation> allocNoncontiguous(
      DmaDevice device, long sizeBytes, DmaDirection direction, Gfp gfp, DmaAttrs attrs) {
    return allocations.allocateNoncontiguous(yards(device), sizeBytes, direction, gfp, attrs);
  }

  @Override
  public SgTable sgtOf(Allocation noncontiguous) {
    return allocations.tableOf(noncontiguous);
  }

  @Override
  public void free(Allocation allocation) {
    allocations.free(allocation);
  }

  @Override
  public void freeAttrs(DmaDevice device, Allocation allocation, FreeCall call) {
    allocations.free(yards(device), allocation, call);
  }

  @Override
  public SgResult getSgtable(DmaDevice device, Allocation allocation, long sizeBytes) {
    return sgtables.export(yards(device), allocation, sizeBytes);
  }

  @Override
  public MapResult mmap(
      DmaDevice device, Allocation allocation, long pageOffset, long sizeBytes) {
    return views.mmap(
        yards(device),
        allocation,
        allocations.isNoncontiguous(allocation),
        pageOffset,
        sizeBytes);
  }

  @Override
  public boolean canMmap(DmaDevice device) {
    return views.canMmap(yards(device));
  }

  @Override
  public Optional<CpuMapping> cpuMapping(Allocation allocation) {
    return allocations.kernelMapping(views, allocation);
  }

  @Override
  public long mapPage(
      DmaDevice device,
      PageRef page,
      long offset,
      long sizeBytes,
      DmaDirection direction,
      DmaAttrs attrs) {
    return streaming.mapPage(yards(device), page, offset, sizeBytes, direction, attrs);
  }

  @Override
  public long mapPhys(
      DmaDevice device, long phys, long sizeBytes, DmaDirection direction, DmaAttrs attrs) {
    return streaming.mapPhys(yards(device), phys, sizeBytes, direction, attrs);
  }

  @Override
  public long mapResource(
      DmaDevice device, long phys, long sizeBytes, DmaDirection direction, DmaAttrs attrs) {
    return streaming.mapPhys(
        yards(device),
        phys,
        sizeBytes,
        direction,
        streaming.known(attrs).with(DmaAttr.MMIO));
  }

  @Override
  public void unmap(
      DmaDevice device, long dma, long sizeBytes, DmaDirection direction, DmaAttrs attrs) {
    streaming.unmapPage(yards(device), dma, sizeBytes, direction, attrs);
  }

  @Override
  public void unmapPhys(
      DmaDevice device, long dma, long sizeBytes, DmaDirection direction, DmaAttrs attrs) {
    streaming.unmap(yards(device), dma, sizeBytes, direction, attrs);
  }

  @Override
  public void unmapResource(
      DmaDevice device, long dma, long sizeBytes, DmaDirection direction, DmaAttrs attrs) {
    streaming.unmap(
        yards(device), dma, sizeBytes, direction, streaming.known(attrs).with(DmaAttr.MMIO));
  }

  @Override
  public int mappingError(DmaDevice device, long dma) {
    return streaming.mappingError(yards(device), dma);
  }

  @Override
  public long mapSingle(
      DmaDevice device,
      Allocation.CpuAddress address,
      long phys,
      long sizeBytes,
      DmaDirection direction,
      DmaAttrs attrs) {
    PageRef page = PageRefs.of(context.memory(), phys);
    long offset = phys & (PageRef.SIZE - 1);
    return streaming.mapSingle(
        yards(device), address, page, offset, sizeBytes, direction, attrs);
  }

  @Override
  public int mapSgtable(
      DmaDevice device, SgTable table, DmaDirection direction, DmaAttrs attrs) {
    return lists.mapTable(yards(device), table, direction, attrs);
  }

  @Override
  public int mapSg(DmaDevice device, SgTable table, DmaDirection direction, DmaAttrs attrs) {
    return lists.mapCount(yards(device), table, direction, attrs);
  }

  @Override
  public void unmapSgtable(
      DmaDevice device, SgTable table, DmaDirection direction, DmaAttrs attrs) {
    lists.unmap(yards(device), table, direction, attrs);
  }

  @Override
  public void unmapSg(
      DmaDevice device, SgTable table, int nents, DmaDirection direction, DmaAttrs attrs) {
    lists.unmap(yards(device), table, nents, direction, attrs);
  }

  @Override
  public void syncSingle(
      DmaDevice device, long dma, long sizeBytes, DmaDirection direction, boolean forDevice) {
    streaming.sync(yards(device), dma, sizeBytes, direction, forDevice);
  }

  @Override
  public void syncSg(
      DmaDevice device, SgTable table, DmaDirection direction, boolean forDevice) {
    lists.sync(yards(device), table, table.origNents(), direction, forDevice);
  }

  @Override
  public void syncSg(
      DmaDevice device, SgTable table, int nents, DmaDirection direction, boolean forDevice) {
    lists.sync(yards(device), table, nents, direction, forDevice);
  }

  @Override
  public boolean checkDevCoherent(DmaDevice device, Allocation allocation) {
    return remap.checkDevCoherent(yards(device), allocation);
  }

  @Override
  public SgResult coherentRemap(
      DmaDevice exporter, Allocation allocation, DmaDevice importer, DmaDirection direction) {
    return remap.map(yards(exporter), allocation, yards(importer), direction);
  }

  @Override
  public void coherentUnmap(DmaDevice importer, SgTable table, DmaDirection direction) {
    remap.unmap(yards(importer), table, direction);
  }
}
