package org.bufferyard.dma.allocation;

import static org.bufferyard.api.dma.DmaAddress.hex;

import java.util.List;
import java.util.Optional;
import org.bufferyard.api.allocator.BouncePool;
import org.bufferyard.api.allocator.BouncePoolSpec;
import org.bufferyard.api.allocator.BounceRequest;
import org.bufferyard.api.dma.Allocation.CpuAddress;
import org.bufferyard.api.dma.AllocationSource;
import org.bufferyard.api.dma.DmaAttr;
import org.bufferyard.api.dma.DmaAttrs;
import org.bufferyard.api.dma.Gfp;
import org.bufferyard.api.event.DmaEvent.MessageClass;
import org.bufferyard.api.memory.PageRef;
import org.bufferyard.api.memory.PhysRange;
import org.bufferyard.dma.bounce.BounceRules;
import org.bufferyard.dma.bounce.Bounces;
import org.bufferyard.dma.mapping.CacheUpkeep;
import org.bufferyard.dma.mapping.Reach;
import org.bufferyard.dma.mapping.Trail;
import org.bufferyard.platform.spec.MachineSpec.Architecture;
import org.bufferyard.platform.yard.BounceArea;
import org.bufferyard.platform.yard.DmaEngineContext;
import org.bufferyard.platform.yard.YardDevice;

/** dma_direct_alloc() and its order (B7). Engine thread only. */
public final class DirectAllocation {
  /** A pool's longest run, IO_TLB_SEGSIZE slots, in pages. */
  private static final long LONGEST_PAGES =
      (long) BouncePoolSpec.SEGMENT_SLOTS * BouncePoolSpec.SLOT_BYTES >>> PageRef.SHIFT;

  private final DmaEngineContext context;
  private final Pages pages;
  private final PoolAllocation pools;
  private final CacheUpkeep caches;
  private final Trail trail;

  public DirectAllocation(
      DmaEngineContext context,
      Pages pages,
      PoolAllocation pools,
      CacheUpkeep caches,
      Trail trail) {
    this.context = context;
    this.pages = pages;
    this.pools = pools;
    this.caches = caches;
    this.trail = trail;
  }

  Optional<Placed> allocate(YardDevice device, long sizeBytes, Gfp gfp, DmaAttrs attrs) {
    Optional<BounceArea> restricted = restrictedPool(device);
    long count = Pages.count(sizeBytes);
    if (attrs.has(DmaAttr.NO_KERNEL_MAPPING) && restricted.isEmpty()) {
      return withoutMapping(device, count, gfp);
    }
    if (!device.isCoherent()) {
      Optional<YardDevice.Pool> global = context.globalPool();
      if (global.isPresent()) {
        // Exclusive: what it answers is final.
        return pools.allocate(device, global.get(), AllocationSource.GLOBAL_POOL, sizeBytes);
      }
      if (!canRemap()) {
        trail.message(
            device.id(),
            MessageClass.WARNING,
            device.name() + ": coherent DMA allocations not supported on this platform.");
        return Optional.empty();
      }
      if (!gfp.blocking() && restricted.isEmpty()) {
        return pages.atomic(device, count, true).map(g -> placed(device, g));
      }
    }
    if (restricted.isPresent()) {
      return fromRestricted(device, restricted.get(), count);
    }
    Optional<PageGrant> grant = pages.reachable(device, count, gfp.blocking());
    grant.ifPresent(g -> prepare(device, g.base(), g.sizeBytes()));
    return grant.map(g -> placed(device, g));
  }

  /** dma_direct_alloc_pages(): pages as they are, also the single run of B11. */
  Optional<Placed> allocatePages(YardDevice device, long sizeBytes, Gfp gfp) {
    Optional<BounceArea> restricted = restrictedPool(device);
    long count = Pages.count(sizeBytes);
    if (restricted.isPresent()) {
      return fromRestricted(device, restricted.get(), count);
    }
    return pages
        .reachable(device, count, gfp.blocking())
        .map(g -> placed(device, g, CpuAddress.LINEAR, g.sizeBytes()));
  }

  /** The page is the cookie; nothing is cleared. */
  private Optional<Placed> withoutMapping(YardDevice device, long count, Gfp gfp) {
    Optional<PageGrant> grant = pages.reachable(device, count, gfp.blocking());
    if (trail.on()) {
      trail.decided(
          AllocationRules.NO_MAPPING,
          device.id(),
          "DMA_ATTR_NO_KERNEL_MAPPING: " + count + " pages without a CPU mapping");
    }
    if (canRemap()) {
      grant.ifPresent(g -> caches.prepareCoherent(device, g.base(), g.sizeBytes()));
    }
    return grant.map(g -> placed(device, g, CpuAddress.COOKIE, 0));
  }

  private Placed placed(YardDevice device, PageGrant grant) {
    return placed(
        device,
        grant,
        device.isCoherent() ? CpuAddress.LINEAR : CpuAddress.VMALLOC,
        grant.sizeBytes());
  }

  private static Placed placed(YardDevice device, PageGrant grant, CpuAddress cpu, long zero) {
    return new Placed(
        device.rangeMap().toDma(grant.base()),
        List.of(new PhysRange(grant.base(), grant.sizeBytes())),
        grant.source(),
        cpu,
        zero,
        grant::giveBack);
  }

  /** Cleans the cached alias before the uncached one is made (B7.7). */
  private void prepare(YardDevice device, long phys, long size) {
    if (!device.isCoherent()) {
      caches.prepareCoherent(device, phys, size);
    }
  }

  private static Optional<BounceArea> restrictedPool(YardDevice device) {
    return device.restrictedPool().filter(BounceArea::forAlloc);
  }

  /** swiotlb_alloc(): block aligned to its power of two; no fall-through (B7.4, E7). */
  private Optional<Placed> fromRestricted(YardDevice device, BounceArea area, long count) {
    long size = count << PageRef.SHIFT;
    boolean asks = count > 0 && count <= LONGEST_PAGES;
    long slot = asks ? area.pool().map(request(device, area, count)) : BouncePool.FULL;
    String reason = "has no " + size + " bytes in a row";
    if (slot != BouncePool.FULL && !Reach.coherentOk(device, slot, size)) {
      reason = "is out of reach: " + Reach.whyNot(device, slot, size, device.coherentDmaMask());
      area.pool().release(slot);
      slot = BouncePool.FULL;
    }
    boolean none = slot == BouncePool.FULL;
    if (trail.on()) {
      trail.decided(
          BounceRules.RESTRICTED,
          device.id(),
          "restricted pool "
              + area.spec().id()
              + " "
              + (none ? reason + ": NULL, no other memory is tried" : "gives " + hex(slot)),
          "pool",
          area.spec().id(),
          "size",
          Long.toString(size));
    }
    if (none) {
      return Optional.empty();
    }
    prepare(device, slot, size);
    long taken = slot;
    return Optional.of(
        new Placed(
            device.rangeMap().toDma(slot),
            List.of(new PhysRange(slot, size)),
            AllocationSource.RESTRICTED_POOL,
            device.isCoherent() ? CpuAddress.LINEAR : CpuAddress.VMALLOC,
            size,
            () -> area.pool().release(taken)));
  }

  private BounceRequest request(YardDevice device, BounceArea area, long count) {
    long preferred = context.placements().nextBounce();
    return new BounceRequest(
        0,
        count << PageRef.SHIFT,
        BounceRules.ALLOCATION_ALIGNED.holdsIn(context.kernel())
            ? (PageRef.SIZE << Pages.order(count)) - 1
            : 0,
        device.minAlignMask(),
        device.segmentBoundary(),
        device.rangeMap().toDma(area.spec().region().base()),
        preferred,
        Bounces.seen(context.placements(), preferred));
  }

  /** CONFIG_DMA_DIRECT_REMAP. */
  private boolean canRemap() {
    return context.spec().machine().architecture() != Architecture.X86;
  }
}
