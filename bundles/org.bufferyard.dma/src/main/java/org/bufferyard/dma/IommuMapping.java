package org.bufferyard.dma;

import static org.bufferyard.api.dma.DmaAddress.hex;

import org.bufferyard.api.allocator.IovaAllocator;
import org.bufferyard.api.dma.DmaAddress;
import org.bufferyard.api.dma.DmaAttr;
import org.bufferyard.api.dma.DmaAttrs;
import org.bufferyard.api.dma.DmaDirection;
import org.bufferyard.api.event.DmaEvent.MessageClass;
import org.bufferyard.api.iommu.IommuProt;
import org.bufferyard.api.kernel.Errno;
import org.bufferyard.api.kernel.KernelProfile;
import org.bufferyard.api.memory.Segment;
import org.bufferyard.api.memory.SgTable;
import org.bufferyard.platform.spec.MachineSpec;
import org.bufferyard.platform.yard.Domain;
import org.bufferyard.platform.yard.YardDevice;

/**
 * Streaming mappings through an IOMMU ({@code drivers/iommu/dma-iommu.c}, section D). Unmapping is
 * strict in every domain. Engine thread only.
 */
final class IommuMapping {
  private final KernelProfile kernel;

  private final MachineSpec machine;
  private final IovaSpace iovas;
  private final IommuCore core;
  private final Bounces bounces;
  private final CacheUpkeep caches;
  private final Trail trail;

  IommuMapping(
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
  static int prot(DmaDirection direction, boolean coherent, DmaAttrs attrs) {
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
  long map(
      Domain domain,
      YardDevice device,
      long phys,
      long size,
      DmaDirection direction,
      DmaAttrs attrs) {
    boolean mmio = attrs.has(DmaAttr.MMIO);
    long mask = domain.table().geometry().granule() - 1;
    long target = phys;
    if (!mmio && needsBounce(device, size, direction) && ((phys | size) & mask) != 0) {
      target = bounce(device, phys, size, mask, direction, attrs);
      if (target == Bounces.NONE) {
        return DmaAddress.MAPPING_ERROR;
      }
    }
    if (!mmio && !attrs.has(DmaAttr.SKIP_CPU_SYNC)) {
      caches.forDevice(device, target, size);
    }
    int prot = prot(direction, device.isCoherent(), attrs);
    long dma = mapRange(domain, device, target, size, prot, Reach.mask(device));
    if (dma == DmaAddress.MAPPING_ERROR && target != phys) {
      bounces.release(target);
    }
    return dma;
  }

  /** dev_use_swiotlb(): untrusted, or a piece of a cache line that kmalloc may have handed out. */
  private boolean needsBounce(YardDevice device, long size, DmaDirection direction) {
    return device.isUntrusted() || KmallocBounce.needed(kernel, machine, device, size, direction);
  }

  private long bounce(
      YardDevice device,
      long phys,
      long size,
      long mask,
      DmaDirection direction,
      DmaAttrs attrs) {
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
    long target = bounces.map(device, phys, size, mask, attrs);
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
  long mapRange(
      Domain domain, YardDevice device, long phys, long size, int prot, long dmaMask) {
    long mask = domain.table().geometry().granule() - 1;
    if (Long.compareUnsigned(device.minAlignMask(), mask) > 0) {
      trail.message(
          device.id(), MessageClass.WARNING, device.name() + ": Unsupported alignment constraint");
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
  void unmap(
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

  /** __iommu_dma_unmap(), strict: the table, its TLB, then the IOVA. */
  void unmapRange(Domain domain, YardDevice device, long dma, long size) {
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
    domain.table().sync();
    try {
      iovas.free(domain, start, bytes);
    } catch (IllegalArgumentException notLive) {
      trail.hazard(IommuRules.UNMAP, device.id(), "free of IOVA " + hex(start) + "+" + bytes
          + " that is not allocated: " + notLive.getMessage());
    }
  }

  /** Whether a list goes through the bounced path, entry by entry (dev_use_sg_swiotlb()). */
  boolean bouncesList(YardDevice device, CpuList cpu, DmaDirection direction) {
    for (int i = 0; i < cpu.size(); i++) {
      if (needsBounce(device, cpu.length(i), direction)) {
        return true;
      }
    }
    return false;
  }

  /** The bounced path: every entry its own mapping, nothing merged. */
  int mapBouncedList(
      Domain domain,
      YardDevice device,
      SgTable table,
      CpuList cpu,
      DmaDirection direction,
      DmaAttrs attrs) {
    for (int i = 0; i < cpu.size(); i++) {
      long dma = map(domain, device, cpu.phys(i), cpu.length(i), direction, attrs);
      if (dma == DmaAddress.MAPPING_ERROR) {
        unmapBouncedList(
            domain, device, table, i, direction, attrs.with(DmaAttr.SKIP_CPU_SYNC));
        return Errno.EIO.rc();
      }
      SgEntries.setDma(table, i, dma, cpu.length(i));
    }
    return cpu.size();
  }

  void unmapBouncedList(
      Domain domain,
      YardDevice device,
      SgTable table,
      int entries,
      DmaDirection direction,
      DmaAttrs attrs) {
    for (int i = 0; i < entries; i++) {
      Segment s = table.segments().get(i);
      unmap(domain, device, s.dma(), s.dmaLength(), direction, attrs);
    }
  }

  /** iommu_dma_map_sg() (D7, N2): number of segments or a negative errno. */
  int mapList(
      Domain domain,
      YardDevice device,
      SgTable table,
      CpuList cpu,
      DmaDirection direction,
      DmaAttrs attrs) {
    if (!attrs.has(DmaAttr.SKIP_CPU_SYNC)) {
      for (int i = 0; i < cpu.size(); i++) {
        caches.forDevice(device, cpu.phys(i), cpu.length(i));
      }
    }
    long boundary = device.segmentBoundary();
    PaddedList list =
        new PaddedList(
            table,
            cpu,
            domain.table().geometry().granule(),
            boundary,
            IommuRules.PADDING_OVERFLOW.holdsIn(kernel));
    if (list.overflows()) {
      return listFailed(device, table, list, Errno.EINVAL.rc(), "padding overflows an entry");
    }
    long iova = 0;
    if (list.total() != 0) {
      iova = iovas.allocate(domain, device, list.total(), Reach.mask(device));
      if (iova == IovaAllocator.NO_IOVA) {
        return listFailed(device, table, list, Errno.ENOMEM.rc(), "IOVA space exhausted");
      }
      int prot = prot(direction, device.isCoherent(), attrs);
      int rc = mapRuns(domain, iova, list, prot);
      if (rc != 0) {
        iovas.free(domain, iova, list.total());
        int laundered = rc == Errno.ENOMEM.rc() ? rc : Errno.EINVAL.rc();
        return listFailed(
            device, table, list, laundered, "the page table said " + Errno.text(rc));
      }
    }
    return finish(device, table, list, iova, boundary);
  }

  private int finish(YardDevice device, SgTable table, PaddedList list, long iova, long boundary) {
    SegmentFinalizer out =
        new SegmentFinalizer(list, iova, boundary, device.maxSegmentSize());
    for (int i = 0; i < list.entries; i++) {
      boolean used = i < out.count;
      SgEntries.setDma(
          table, i, used ? out.dma[i] : Segment.NO_DMA, used ? out.length[i] : 0);
    }
    if (trail.on()) {
      explainSegments(device, list, out, boundary);
    }
    return out.count;
  }

  private void explainSegments(
      YardDevice device, PaddedList list, SegmentFinalizer out, long boundary) {
    long max = device.maxSegmentSize();
    trail.decided(
        IommuRules.FINALISE,
        device.id(),
        list.entries
            + (list.entries == 1 ? " entry becomes " : " entries become ")
            + out.count
            + (out.count == 1 ? " segment" : " segments")
            + " in one IOVA range, max_seg_size "
            + max,
        "entries",
        Integer.toString(list.entries),
        "segments",
        Integer.toString(out.count),
        "max_seg_size",
        Long.toString(max),
        "seg_boundary_mask",
        hex(boundary),
        "bytes",
        Long.toString(list.total()));
    if (list.padding() != 0) {
      trail.hazard(
          IommuRules.PADDING,
          device.id(),
          list.padding() + " bytes of padding before a segment boundary are mapped: the device "
              + "reaches the memory behind an entry");
    }
  }

  /** iommu_map_sg() (D9): physically adjacent entries go in one call. */
  private int mapRuns(Domain domain, long iova, PaddedList list, int prot) {
    long mapped = 0;
    int i = 0;
    while (i < list.entries) {
      long start = list.base[i];
      long run = list.padded[i++];
      while (i < list.entries && list.base[i] == start + run) {
        run += list.padded[i++];
      }
      if (run == 0) {
        continue;
      }
      int rc = core.map(domain, iova + mapped, start, run, prot);
      if (rc != 0) {
        core.unmap(domain, iova, mapped);
        return rc;
      }
      mapped += run;
    }
    if (mapped != list.total()) {
      core.unmap(domain, iova, mapped);
      return Errno.EINVAL.rc();
    }
    return 0;
  }

  /** __invalidate_sg(): the list is restored, but for entries of 0 bytes, which keep the padding. */
  private int listFailed(YardDevice device, SgTable table, PaddedList list, int rc, String why) {
    for (int i = 0; i < list.entries; i++) {
      SgEntries.setDma(table, i, Segment.NO_DMA, 0);
      if (list.length[i] == 0 && list.padded[i] != 0) {
        SgEntries.setLength(table, i, list.padded[i]);
      }
    }
    if (trail.on()) {
      trail.decided(
          IommuRules.MAP_SG,
          device.id(),
          why + ": " + Errno.text(rc),
          "bytes",
          Long.toUnsignedString(list.total()),
          "rc",
          Integer.toString(rc));
    }
    return rc;
  }

  /** iommu_dma_unmap_sg() (D10): one range, found from the segments; false when it finds none. */
  boolean unmapList(
      Domain domain,
      YardDevice device,
      SgTable table,
      CpuList cpu,
      DmaDirection direction,
      DmaAttrs attrs) {
    if (!attrs.has(DmaAttr.SKIP_CPU_SYNC)) {
      for (int i = 0; i < cpu.size(); i++) {
        caches.forCpu(device, cpu.phys(i), cpu.length(i), direction);
      }
    }
    return unmapSegments(domain, device, table);
  }

  /** The same without looking at the CPU side. */
  boolean unmapSegments(Domain domain, YardDevice device, SgTable table) {
    long start = 0;
    long end = 0;
    for (int i = 0; i < table.origNents(); i++) {
      Segment s = table.segments().get(i);
      if (s.dmaLength() == 0) {
        break;
      }
      if (i == 0) {
        start = s.dma();
      }
      end = s.dma() + s.dmaLength();
    }
    if (end == 0) {
      // A first segment of 0 bytes ends the kernel's search at once.
      trail.hazard(
          IommuRules.UNMAP, device.id(), "unmap finds no segment: the IOVA range is leaked");
      return false;
    }
    unmapRange(domain, device, start, end - start);
    return true;
  }

  void syncSingle(
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
      caches.forDevice(device, phys, size);
    } else {
      caches.forCpu(device, phys, size, direction);
      bounces.forCpu(device, phys, size, direction);
    }
  }
}
