package org.bufferyard.dma.allocation;

import static org.bufferyard.api.dma.DmaAddress.hex;

import java.util.List;
import java.util.Optional;
import org.bufferyard.api.allocator.AllocationRequest;
import org.bufferyard.api.allocator.Allocator;
import org.bufferyard.api.dma.Allocation.CpuAddress;
import org.bufferyard.api.dma.AllocationSource;
import org.bufferyard.api.dma.DmaAddress;
import org.bufferyard.api.memory.PageRef;
import org.bufferyard.api.memory.PhysRange;
import org.bufferyard.dma.mapping.Masks;
import org.bufferyard.dma.mapping.Reach;
import org.bufferyard.dma.mapping.Trail;
import org.bufferyard.platform.spec.PoolSpec;
import org.bufferyard.platform.yard.Domain;
import org.bufferyard.platform.yard.YardDevice;

/**
 * Allocation from a coherent pool (B2, B3; {@code kernel/dma/coherent.c}). Masks, attributes and gfp
 * flags are ignored, and no IOMMU learns of it. Engine thread only.
 */
public final class PoolAllocation {
  private final Trail trail;

  public PoolAllocation(Trail trail) {
    this.trail = trail;
  }

  /** From the pool, or empty: the kernel's NULL. */
  Optional<Placed> allocate(
      YardDevice device, YardDevice.Pool pool, AllocationSource source, long sizeBytes) {
    PoolSpec spec = pool.spec();
    long pages = Pages.count(sizeBytes);
    long base = Allocator.NO_MEMORY;
    boolean tooLong = Long.compareUnsigned(sizeBytes, spec.range().size()) > 0;
    if (!tooLong && pages != 0) {
      base = pool.allocator().allocate(AllocationRequest.pages(pages));
    }
    if (base == Allocator.NO_MEMORY) {
      refused(device, pool, sizeBytes, pages, tooLong);
      return Optional.empty();
    }
    long handle = handle(device, spec, base);
    long taken = pages << PageRef.SHIFT;
    if (trail.on()) {
      served(device, spec, handle, base, sizeBytes, pages);
    }
    warnOfReach(device, spec, handle, taken);
    warnOfIommu(device, spec, handle, base);
    long phys = base;
    return Optional.of(
        new Placed(
            handle,
            List.of(new PhysRange(base, taken)),
            source,
            CpuAddress.VMALLOC,
            sizeBytes,
            () -> pool.allocator().free(phys, taken)));
  }

  /** The pool's base is translated, not the buffer's address (dma_get_device_base()). */
  private static long handle(YardDevice device, PoolSpec spec, long phys) {
    return device.rangeMap().toDma(spec.range().base()) + (phys - spec.range().base());
  }

  private void served(
      YardDevice device, PoolSpec spec, long handle, long base, long sizeBytes, long pages) {
    trail.decided(
        AllocationRules.POOL,
        device.id(),
        "pool "
            + spec.name()
            + " serves "
            + sizeBytes
            + " bytes at "
            + hex(base)
            + " (order "
            + Pages.order(pages)
            + "), handle "
            + hex(handle)
            + (spec.noMap() ? ", memory without a linear mapping" : ""),
        "pool",
        spec.id(),
        "phys",
        hex(base),
        "handle",
        hex(handle),
        "size",
        Long.toString(sizeBytes),
        "order",
        Integer.toString(Pages.order(pages)));
  }

  private void refused(
      YardDevice device, YardDevice.Pool pool, long sizeBytes, long pages, boolean tooLong) {
    if (!trail.on()) {
      return;
    }
    PoolSpec spec = pool.spec();
    trail.decided(
        AllocationRules.POOL,
        device.id(),
        "pool "
            + spec.name()
            + (tooLong
                ? " of " + spec.range().size() + " bytes is smaller than "
                    + Long.toUnsignedString(sizeBytes)
                : " has no free block of order " + Pages.order(pages) + ", "
                    + pool.allocator().freeBytes() + " bytes free"),
        "pool",
        spec.id(),
        "size",
        Long.toUnsignedString(sizeBytes),
        "pool_size",
        Long.toString(spec.range().size()),
        "free",
        Long.toString(pool.allocator().freeBytes()));
  }

  private void warnOfReach(YardDevice device, PoolSpec spec, long handle, long size) {
    if (!trail.on()) {
      return;
    }
    if (device.rangeMap().toDma(spec.range().base()) == DmaAddress.MAPPING_ERROR) {
      trail.hazard(
          AllocationRules.POOL_BASE,
          device.id(),
          "pool " + spec.name() + " at " + hex(spec.range().base())
              + " lies outside every bus window of " + device.name() + ": handle " + hex(handle)
              + " is garbage");
    } else if (!Reach.within(handle, size, Reach.coherentLimit(device))) {
      trail.hazard(
          AllocationRules.POOL,
          device.id(),
          "pool " + spec.name() + " gives handle " + hex(handle) + " beyond the coherent limit "
              + hex(Reach.coherentLimit(device)) + " of " + device.name() + ": nothing checks it");
    }
  }

  /** The pool is asked before the IOMMU, and its handle is mapped nowhere (B2). */
  private void warnOfIommu(YardDevice device, PoolSpec spec, long handle, long phys) {
    Optional<Domain> domain = Masks.dmaDomain(device);
    if (trail.on() && domain.isPresent() && domain.get().table().iovaToPhys(handle) != phys) {
      trail.hazard(
          AllocationRules.DEVICE_POOL,
          device.id(),
          "handle "
              + hex(handle)
              + " of pool "
              + spec.name()
              + " is a bus address, and "
              + domain.get().iommu()
              + " translates "
              + device.name()
              + ": its own access faults");
    }
  }
}
