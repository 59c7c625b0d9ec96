package org.bufferyard.dma.iommu;

import static org.bufferyard.api.dma.DmaAddress.hex;

import org.bufferyard.api.allocator.IovaAllocator;
import org.bufferyard.api.dma.DmaAddress;
import org.bufferyard.api.dma.DmaAttr;
import org.bufferyard.api.dma.DmaAttrs;
import org.bufferyard.api.dma.DmaDirection;
import org.bufferyard.api.event.DmaEvent.MessageClass;
import org.bufferyard.api.iommu.IommuProt;
import org.bufferyard.api.kernel.KernelProfile;
import org.bufferyard.dma.bounce.BounceRules;
import org.bufferyard.dma.bounce.Bounces;
import org.bufferyard.dma.bounce.KmallocBounce;
import org.bufferyard.dma.mapping.CacheUpkeep;
import org.bufferyard.dma.mapping.MappingRules;
import org.bufferyard.dma.mapping.Reach;
import org.bufferyard.dma.mapping.Trail;
import org.bufferyard.platform.spec.MachineSpec;
import org.bufferyard.platform.yard.Domain;
import org.bufferyard.platform.yard.YardDevice;

/**
 * Single streaming mappings through an IOMMU ({@code drivers/iommu/dma-iommu.c}, section D). Engine
 * thread only.
 */
public final class IommuMapping {
  private final KernelProfile kernel;

  private final MachineSpec machine;
  private final IovaSpace iovas;
  private final IommuCore core;
  private final Bounces bounces;
  private final CacheUpkeep caches;
  private final Trail trail;

  public IommuMapping(
      KernelProfile kernel,
      MachineSpec machine,
      IovaSpace iovas,
      IommuCore core,
      Bounces bounces,
      CacheUpkeep caches,
      Trail trail) {
    this.kernel = kernel;
    this.machine = machine;
    this.iovas = iovas;
    this.core = core;
    this.bounces = bounces;
    this.caches = caches;
    this.trail = trail;
  }

  /** dma_info_to_prot() (D1). */
  public static int prot(DmaDirection direction, boolean coherent, DmaAttrs attrs) {
    int prot =
        attrs.has(DmaAttr.MMIO) ? IommuProt.MMIO : coherent ? IommuProt.CACHE : 0;
    if (attrs.has(DmaAttr.PRIVILEGED)) {
      prot |= IommuProt.PRIV;
    }
    if (direction.deviceReads()) {
      prot |= IommuProt.READ;
    }
    if (direction.deviceWrites()) {
      prot |= IommuProt.WRITE;
    }
    return prot;
  }

  /** iommu_dma_map_phys(): an address, or DMA_MAPPING_ERROR. */
  public long map(
      Domain domain,
      YardDevice device,
      long phys,
      long size,
      DmaDirection direction,
      DmaAttrs attrs) {
    return map(domain, device, phys, size, direction, attrs, false);
  }

  /**
   * The same.
   *
   * @param peer whether it is pages of a peer's registers, if they have to be bounced
   */
  public long map(
      Domain domain,
      YardDevice device,
      long phys,
      long size,
      DmaDirection direction,
      DmaAttrs attrs,
      boolean peer) {
    boolean mmio = attrs.has(DmaAttr.MMIO);
    long mask = domain.table().geometry().granule() - 1;
    long target = phys;
    if (!mmio && needsBounce(device, size, direction) && ((phys | size) & mask) != 0) {
      target = bounce(device, phys, size, mask, direction, attrs, peer);
      if (target == Bounces.NONE) {
        return DmaAddress.MAPPING_ERROR;
      }
    }
    if (!mmio && !attrs.has(DmaAttr.SKIP_CPU_SYNC)) {
      caches.forDevice(device, target, size, direction);
    }
    int prot = prot(direction, device.isCoherent(), attrs);
    long dma = mapRange(domain, device, target, size, prot, Reach.mask(device));
    if (dma == DmaAddress.MAPPING_ERROR && target != phys) {
      // swiotlb_tbl_unmap_single() with the caller's attributes: it copies back even here.
      if (!attrs.has(DmaAttr.SKIP_CPU_SYNC)) {
        bounces.forCpu(device, target, size, direction);
      }
      bounces.release(target);
    }
    return dma;
  }

  /** dev_use_swiotlb(): untrusted, or a piece of a cache line that kmalloc may have handed out. */
  boolean needsBounce(YardDevice device, long size, DmaDirection direction) {
    return device.isUntrusted() || KmallocBounce.needed(kernel, machine, device, size, direction);
  }

  /** iommu_dma_map_swiotlb(): where the bounce lies, or {@link Bounces#NONE}. */
  long bounce(
      YardDevice device,
      long phys,
      long size,
      long mask,
      DmaDirection direction,
      DmaAttrs attrs) {
    return bounce(device, phys, size, mask, direction, attrs, false);
  }

  private long bounce(
      YardDevice device,
      long phys,
      long size,
      long mask,
      DmaDirection direction,
      DmaAttrs attrs,
      boolean peer) {
    if (!bounces.active(device)) {
      trail.message(
          device.id(),
          MessageClass.WARNING,
          device.name() + ": DMA bounce buffers are inactive, unable to map unaligned transaction.");
      return Bounces.NONE;
    }
    if (trail.on()) {
      trail.decided(
          device.isUntrusted() ? BounceRules.UNTRUSTED : MappingRules.KMALLOC,
          device.id(),
          hex(phys)
              + "+"
              + size
              + (device.isUntrusted()
                  ? " covers a granule only in part and " + device.name() + " is untrusted: bounced"
                  : " may share a cache line with other kmalloc memory: bounced"),
          "phys",
          hex(phys),
          "size",
          Long.toString(size));
    }
    long target = bounces.map(device, phys, size, mask, attrs, peer);
    if (target == Bounces.NONE) {
      return target;
    }
    long end = (target + size + mask) & ~mask;
    if (BounceRules.IOMMU_BOUNCE_ZEROED.holdsIn(kernel)) {
      boolean keeps = !attrs.has(DmaAttr.SKIP_CPU_SYNC) && direction.deviceReads();
      bounces.clear(keeps ? target + size : target, end);
    } else if (device.isUntrusted()) {
      bounces.clear(target & ~mask, target);
      bounces.clear(target + size, end);
    }
    return target;
  }

  /** __iommu_dma_map() (D6). */
  public long mapRange(
      Domain domain, YardDevice device, long phys, long size, int prot, long dmaMask) {
    long mask = domain.table().geometry().granule() - 1;
    if (Long.compareUnsigned(device.minAlignMask(), mask) > 0
        && IommuRules.ALIGNMENT_REFUSED.holdsIn(kernel)) {
      trail.message(
          device.id(), MessageClass.WARNING, device.name() + ": Unsupported alignment constraint");
      if (trail.on()) {
        trail.decided(
            IommuRules.ALIGNMENT_REFUSED,
            device.id(),
            "min_align_mask " + hex(device.minAlignMask()) + " is beyond the granule of "
                + domain.iommu() + ": refused",
            "min_align_mask",
            hex(device.minAlignMask()));
      }
      return DmaAddress.MAPPING_ERROR;
    }
    long off = phys & mask;
    long bytes = (size + off + mask) & ~mask;
    if (Long.compareUnsigned(bytes, size) < 0) {
      return DmaAddress.MAPPING_ERROR;
    }
    long iova = iovas.allocate(domain, device, bytes, dmaMask);
    if (iova == IovaAllocator.NO_IOVA) {
      return DmaAddress.MAPPING_ERROR;
    }
    if (core.map(domain, iova, phys - off, bytes, prot) != 0) {
      iovas.free(domain, iova, bytes);
      return DmaAddress.MAPPING_ERROR;
    }
    return iova + off;
  }

  /** iommu_dma_unmap_phys(). */
  public void unmap(
      Domain domain,
      YardDevice device,
      long dma,
      long size,
      DmaDirection direction,
      DmaAttrs attrs) {
    if (attrs.has(DmaAttr.MMIO)) {
      unmapRange(domain, device, dma, size);
      return;
    }
    long phys = domain.table().iovaToPhys(dma);
    if (phys == 0) {
      leaks(domain, device, dma);
      return;
    }
    boolean skip = attrs.has(DmaAttr.SKIP_CPU_SYNC);
    if (!skip) {
      caches.forCpu(device, phys, size, direction);
    }
    unmapRange(domain, device, dma, size);
    if (bounces.isBounce(phys)) {
      if (!skip) {
        bounces.forCpu(device, phys, size, direction);
      }
      bounces.release(phys);
    }
  }

  private void leaks(Domain domain, YardDevice device, long dma) {
    trail.message(
        device.id(),
        MessageClass.WARNING,
        device.name() + ": WARNING: iommu_dma_unmap_phys: nothing is mapped at " + hex(dma));
    trail.hazard(
        MappingRules.UNMAP,
        device.id(),
        "unmap of " + hex(dma) + " finds no page in " + domain.iommu() + ": its IOVA is leaked");
  }

  /** __iommu_dma_unmap(): the table, then its TLB and the IOVA, or the flush queue. */
  public void unmapRange(Domain domain, YardDevice device, long dma, long size) {
    long mask = domain.table().geometry().granule() - 1;
    long start = dma & ~mask;
    long bytes = (size + (dma & mask) + mask) & ~mask;
    long unmapped = core.unmap(domain, start, bytes);
    if (unmapped != bytes) {
      trail.message(
          device.id(),
          MessageClass.WARNING,
          device.name() + ": WARNING: __iommu_dma_unmap: " + unmapped + " of " + bytes
              + " bytes at " + hex(start) + " were mapped");
    }
    try {
      iovas.release(domain, start, bytes);
    } catch (IllegalArgumentException notLive) {
      trail.hazard(IommuRules.UNMAP, device.id(), "free of IOVA " + hex(start) + "+" + bytes
          + " that is not allocated: " + notLive.getMessage());
    }
  }

  public void syncSingle(
      Domain domain,
      YardDevice device,
      long dma,
      long size,
      DmaDirection direction,
      boolean forDevice) {
    long phys = domain.table().iovaToPhys(dma);
    if (phys == 0) {
      return;
    }
    if (forDevice) {
      bounces.forDevice(device, phys, size, direction);
      caches.forDevice(device, phys, size, direction);
    } else {
      caches.forCpu(device, phys, size, direction);
      bounces.forCpu(device, phys, size, direction);
    }
  }
}
