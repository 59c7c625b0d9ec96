package org.bufferyard.dma.mapping;

import static org.bufferyard.api.dma.DmaAddress.hex;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.bufferyard.api.allocator.BouncePoolSpec;
import org.bufferyard.api.dma.DmaRange;
import org.bufferyard.api.dma.DmaRangeMap;
import org.bufferyard.api.kernel.Errno;
import org.bufferyard.api.kernel.Rule;
import org.bufferyard.api.memory.PageRef;
import org.bufferyard.api.memory.PhysRange;
import org.bufferyard.platform.spec.MachineSpec;
import org.bufferyard.platform.spec.MemorySpec;
import org.bufferyard.platform.spec.PoolSpec;
import org.bufferyard.platform.yard.BounceArea;
import org.bufferyard.platform.yard.DmaEngineContext;
import org.bufferyard.platform.yard.Domain;
import org.bufferyard.platform.yard.YardDevice;

/** Masks and limits of devices (A7, A9, A10, E3). Engine thread only. */
public final class Masks {
  /** iova_rcache_range(), bytes. */
  private static final long CACHED_IOVA = 32 * 4096L;

  private static final long MASK_32 = 0xffff_ffffL;
  private static final long MAX_BOUNCE = 256 << 10;

  private final DmaEngineContext context;
  private final Trail trail;
  private final List<PhysRange> systemRam;

  public Masks(DmaEngineContext context, Trail trail) {
    this.context = context;
    this.trail = trail;
    this.systemRam = systemRam(context);
  }

  /** The domain that the DMA API fills for this device; empty on the direct path (A10). */
  public static Optional<Domain> dmaDomain(YardDevice device) {
    return device.domain().filter(d -> d.type().isDmaApi());
  }

  /** The bounce pool this device would use. */
  public Optional<BounceArea> bounceArea(YardDevice device) {
    Optional<BounceArea> restricted = device.restrictedPool();
    return restricted.isPresent() ? restricted : context.defaultBounce();
  }

  public boolean forcesBounce(YardDevice device) {
    return bounceArea(device).map(BounceArea::forced).orElse(false);
  }

  public int setMask(YardDevice device, long mask) {
    if (device.dmaMask().isEmpty()) {
      if (trail.on()) {
        trail.decided(
            MaskRules.SET_MASK, device.id(), device.name() + " has no DMA mask pointer: -EIO");
      }
      return Errno.EIO.rc();
    }
    if (!supported(MaskRules.SET_MASK, device, mask)) {
      return Errno.EIO.rc();
    }
    device.setDmaMask(mask);
    return 0;
  }

  public int setCoherentMask(YardDevice device, long mask) {
    if (!supported(MaskRules.SET_COHERENT_MASK, device, mask)) {
      return Errno.EIO.rc();
    }
    device.setCoherentDmaMask(mask);
    return 0;
  }

  private boolean supported(Rule caller, YardDevice device, long mask) {
    if (dmaDomain(device).isPresent() || Long.compareUnsigned(mask, MASK_32) >= 0) {
      if (trail.on()) {
        trail.decided(
            caller,
            device.id(),
            "mask " + Reach.bits(mask) + " accepted for " + device.name(),
            "mask",
            hex(mask));
      }
      return true;
    }
    // dma_direct_supported(): the device must reach the last page of the lowest zone.
    long lowest = lastPage();
    long zone = machine().zoneDmaLimit();
    if (Long.compareUnsigned(zone, lowest) < 0) {
      lowest = zone;
    }
    long needed = device.rangeMap().toDma(lowest);
    boolean ok = Long.compareUnsigned(mask, needed) >= 0;
    if (trail.on()) {
      trail.decided(
          MaskRules.DIRECT_SUPPORTED,
          device.id(),
          "mask "
              + Reach.bits(mask)
              + (ok ? " reaches " : " does not reach bus address ")
              + hex(needed)
              + (ok ? "" : " of the lowest zone's end " + hex(lowest) + ": -EIO, old mask stays"),
          "mask",
          hex(mask),
          "zone_dma_limit",
          hex(zone),
          "needed",
          hex(needed));
    }
    return ok;
  }

  public long requiredMask(YardDevice device) {
    if (dmaDomain(device).isPresent()) {
      return MASK_32;
    }
    long last = device.rangeMap().toDma(lastPage());
    return last == 0 ? 0 : -1L >>> Long.numberOfLeadingZeros(last);
  }

  public long maxMappingSize(YardDevice device) {
    boolean behindIommu = dmaDomain(device).isPresent();
    boolean bounces =
        behindIommu
            ? device.isUntrusted()
            : bounceArea(device).isPresent()
                && (addressingLimited(device) || forcesBounce(device));
    return bounces ? maxBounce(device) : -1L;
  }

  /** iommu_dma_opt_mapping_size() is what a magazine of IOVAs holds at the most: 32 pages. */
  public long optMappingSize(YardDevice device) {
    long most = maxMappingSize(device);
    return dmaDomain(device).isPresent() && Long.compareUnsigned(most, CACHED_IOVA) > 0
        ? CACHED_IOVA
        : most;
  }

  /** iommu_dma_get_merge_boundary(); dma-direct merges nothing. */
  public long mergeBoundary(YardDevice device) {
    return dmaDomain(device).map(d -> d.table().geometry().granule() - 1).orElse(0L);
  }

  /** swiotlb_max_mapping_size() (E3), in its own type: an int, whatever the mask. */
  public static long maxBounce(YardDevice device) {
    int mask = (int) device.minAlignMask();
    int minAlign =
        (mask + BouncePoolSpec.SLOT_BYTES - 1) / BouncePoolSpec.SLOT_BYTES
            * BouncePoolSpec.SLOT_BYTES;
    return MAX_BOUNCE - (mask == 0 ? 0 : minAlign);
  }

  public boolean addressingLimited(YardDevice device) {
    if (Long.compareUnsigned(Reach.streamingLimit(device), requiredMask(device)) < 0) {
      return true;
    }
    return dmaDomain(device).isEmpty()
        && MaskRules.ALL_RAM_MAPPED.holdsIn(context.kernel())
        && !allRamMapped(device.rangeMap());
  }

  private boolean allRamMapped(DmaRangeMap map) {
    if (map.isIdentity()) {
      return true;
    }
    for (PhysRange ram : systemRam) {
      long at = ram.base();
      while (ram.contains(at)) {
        long next = windowEnd(map, at);
        if (next == at) {
          return false;
        }
        at = next;
      }
    }
    return true;
  }

  private static long windowEnd(DmaRangeMap map, long phys) {
    for (DmaRange r : map.regions()) {
      if (Long.compareUnsigned(phys - r.cpu(), r.size()) < 0) {
        return r.cpu() + r.size();
      }
    }
    return phys;
  }

  private MachineSpec machine() {
    return context.spec().machine();
  }

  /** (max_pfn - 1) &lt;&lt; PAGE_SHIFT. */
  private long lastPage() {
    return context.spec().lastRamByte() & -PageRef.SIZE;
  }

  /** The banks without their no-map regions. */
  private static List<PhysRange> systemRam(DmaEngineContext context) {
    List<PhysRange> ram = new ArrayList<>();
    for (MemorySpec bank : context.spec().memory()) {
      ram.add(bank.range());
    }
    for (PoolSpec pool : context.spec().pools()) {
      if (pool.noMap()) {
        ram = without(ram, pool.range());
      }
    }
    return List.copyOf(ram);
  }

  private static List<PhysRange> without(List<PhysRange> ram, PhysRange hole) {
    List<PhysRange> rest = new ArrayList<>();
    for (PhysRange r : ram) {
      if (!r.overlaps(hole)) {
        rest.add(r);
        continue;
      }
      if (Long.compareUnsigned(r.base(), hole.base()) < 0) {
        rest.add(new PhysRange(r.base(), hole.base() - r.base()));
      }
      if (Long.compareUnsigned(hole.last(), r.last()) < 0) {
        rest.add(new PhysRange(hole.last() + 1, r.last() - hole.last()));
      }
    }
    return rest;
  }
}
