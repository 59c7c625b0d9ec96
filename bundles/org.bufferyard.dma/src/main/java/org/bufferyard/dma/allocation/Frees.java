package org.bufferyard.dma.allocation;

import static org.bufferyard.api.dma.DmaAddress.hex;

import java.util.Optional;
import org.bufferyard.api.dma.Allocation;
import org.bufferyard.api.dma.Dma.FreeCall;
import org.bufferyard.api.event.DmaEvent;
import org.bufferyard.api.memory.PageBacking;
import org.bufferyard.api.memory.PageHazards;
import org.bufferyard.api.memory.PhysMemory;
import org.bufferyard.api.memory.Segment;
import org.bufferyard.api.memory.SgTable;
import org.bufferyard.dma.mapping.CpuList;
import org.bufferyard.dma.mapping.Masks;
import org.bufferyard.dma.mapping.Trail;
import org.bufferyard.platform.yard.Domain;
import org.bufferyard.platform.yard.YardDevice;

/**
 * dma_free_attrs() with arguments that are not those of the allocation ({@code dma_direct_free()},
 * {@code iommu_dma_free()}). Engine thread only.
 *
 * <p>Not modelled: what the page allocator does with pages that it never gave to this caller.
 */
final class Frees {
  private final PhysMemory memory;
  private final IommuAllocation iommu;
  private final Trail trail;

  Frees(PhysMemory memory, IommuAllocation iommu, Trail trail) {
    this.memory = memory;
    this.iommu = iommu;
    this.trail = trail;
  }

  /** Tells the call, as dma-debug sees it: before anything is undone. */
  void report(
      YardDevice device, Allocation allocation, FreeCall call, Optional<LiveAllocation> gone) {
    boolean scattered = gone.flatMap(LiveAllocation::table).isPresent();
    if (scattered) {
      SgTable table = gone.get().table().get();
      trail.emit(
          new DmaEvent.SgUnmapped(
              device.id(),
              gone.get().direction().code(),
              new CpuList(table, PageHazards.UNHEARD).physOfAll(),
              table.segments().stream().mapToLong(Segment::dma).toArray(),
              table.segments().stream().mapToLong(Segment::dmaLength).toArray(),
              call.attrs().bits()));
    }
    trail.emit(
        new DmaEvent.Freed(
            device.id(),
            call.handle(),
            call.sizeBytes(),
            allocation.source().name(),
            allocation.physAt(call.cpuOffset()),
            call.attrs().bits(),
            scattered));
  }

  /** The kernel goes by handle and size for the address, by the CPU address for the pages. */
  void otherThanMeant(
      YardDevice device, Allocation allocation, FreeCall call, LiveAllocation gone) {
    Optional<Domain> domain = Masks.dmaDomain(device);
    if (domain.isPresent()) {
      iommu.unmap(domain.get(), device, call.handle(), call.sizeBytes());
      giveOrLeak(device, allocation, call, gone);
      return;
    }
    long phys = device.rangeMap().toPhys(call.handle());
    if (memory.backing(phys) == PageBacking.NONE) {
      throw trail.oops(
          AllocationRules.FREE,
          device.id(),
          "dma_direct_free() frees the page at " + hex(phys) + ", and there is no struct page");
    }
    if (call.handle() == allocation.handle()) {
      giveOrLeak(device, allocation, call, gone);
      return;
    }
    trail.hazard(
        AllocationRules.FREE,
        device.id(),
        "the page at "
            + hex(phys)
            + " is freed, whoever has it, and the memory at "
            + hex(allocation.handle())
            + " is leaked");
  }

  private void giveOrLeak(
      YardDevice device, Allocation allocation, FreeCall call, LiveAllocation gone) {
    if (Pages.count(call.sizeBytes()) == Pages.count(allocation.sizeBytes())) {
      gone.givePages().run();
      return;
    }
    trail.hazard(
        AllocationRules.FREE,
        device.id(),
        "only "
            + Long.toUnsignedString(call.sizeBytes())
            + " of "
            + Long.toUnsignedString(allocation.sizeBytes())
            + " bytes are freed: the rest is leaked");
  }
}
