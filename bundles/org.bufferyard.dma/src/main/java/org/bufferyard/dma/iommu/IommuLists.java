package org.bufferyard.dma.iommu;

import static org.bufferyard.api.dma.DmaAddress.hex;

import java.util.Optional;
import org.bufferyard.api.allocator.IovaAllocator;
import org.bufferyard.api.dma.DmaAddress;
import org.bufferyard.api.dma.DmaAttr;
import org.bufferyard.api.dma.DmaAttrs;
import org.bufferyard.api.dma.DmaDirection;
import org.bufferyard.api.kernel.Errno;
import org.bufferyard.api.kernel.KernelProfile;
import org.bufferyard.api.memory.Segment;
import org.bufferyard.api.memory.SgTable;
import org.bufferyard.dma.mapping.CacheUpkeep;
import org.bufferyard.dma.mapping.CpuList;
import org.bufferyard.dma.mapping.PeerRules;
import org.bufferyard.dma.mapping.PeerWays;
import org.bufferyard.dma.mapping.Reach;
import org.bufferyard.dma.mapping.SgEntries;
import org.bufferyard.dma.mapping.Trail;
import org.bufferyard.platform.yard.Domain;
import org.bufferyard.platform.yard.YardDevice;

/**
 * Scatterlists through an IOMMU (D7-D10, N2): one IOVA range a list, entries merged into segments;
 * or entry by entry where something must be bounced. Engine thread only.
 */
public final class IommuLists {
  private final KernelProfile kernel;
  private final IommuMapping single;
  private final IovaSpace iovas;
  private final IommuCore core;
  private final CacheUpkeep caches;
  private final Trail trail;

  public IommuLists(
      KernelProfile kernel,
      IommuMapping single,
      IovaSpace iovas,
      IommuCore core,
      CacheUpkeep caches,
      Trail trail) {
    this.kernel = kernel;
    this.single = single;
    this.iovas = iovas;
    this.core = core;
    this.caches = caches;
    this.trail = trail;
  }

  /** Whether a list goes through the bounced path, entry by entry (dev_use_sg_swiotlb()). */
  public boolean bouncesList(YardDevice device, CpuList cpu, DmaDirection direction) {
    for (int i = 0; i < cpu.size(); i++) {
      if (single.needsBounce(device, cpu.length(i), direction)) {
        return true;
      }
    }
    return false;
  }

  /** The bounced path: every entry its own mapping, nothing merged. */
  public int mapBouncedList(
      Domain domain,
      YardDevice device,
      SgTable table,
      CpuList cpu,
      DmaDirection direction,
      DmaAttrs attrs) {
    for (int i = 0; i < cpu.size(); i++) {
      table.markBusAddress(i, false);
      long dma =
          single.map(
              domain,
              device,
              cpu.phys(i),
              cpu.length(i),
              direction,
              attrs,
              PeerWays.isPeer(table, i));
      if (dma == DmaAddress.MAPPING_ERROR) {
        unmapBouncedList(
            domain, device, table, i, direction, attrs.with(DmaAttr.SKIP_CPU_SYNC));
        return Errno.EIO.rc();
      }
      SgEntries.setDma(table, i, dma, cpu.length(i));
    }
    return cpu.size();
  }

  public void unmapBouncedList(
      Domain domain,
      YardDevice device,
      SgTable table,
      int entries,
      DmaDirection direction,
      DmaAttrs attrs) {
    for (int i = 0; i < entries; i++) {
      Segment s = table.segments().get(i);
      single.unmap(domain, device, s.dma(), s.dmaLength(), direction, attrs);
    }
  }

  /** iommu_dma_map_sg() (D7, N2): number of segments or a negative errno. */
  public int mapList(
      Domain domain,
      YardDevice device,
      SgTable table,
      CpuList cpu,
      Optional<PeerWays> peers,
      DmaDirection direction,
      DmaAttrs attrs) {
    if (!attrs.has(DmaAttr.SKIP_CPU_SYNC)) {
      for (int i = 0; i < cpu.size(); i++) {
        caches.forDevice(device, cpu.phys(i), cpu.length(i), direction);
      }
    }
    long boundary = device.segmentBoundary();
    PaddedList list =
        new PaddedList(
            table,
            cpu,
            peers,
            domain.table().geometry().granule(),
            boundary,
            IommuRules.PADDING_OVERFLOW.holdsIn(kernel));
    if (peers.filter(p -> p.refused() >= 0).isPresent()) {
      return listFailed(
          device, table, list, Errno.EREMOTEIO.rc(), "no way to entry " + peers.get().refused());
    }
    if (list.overflows()) {
      return listFailed(device, table, list, Errno.EINVAL.rc(), "padding overflows an entry");
    }
    long iova = 0;
    if (list.total() != 0) {
      iova = iovas.allocate(domain, device, list.total(), Reach.mask(device));
      if (iova == IovaAllocator.NO_IOVA) {
        return listFailed(device, table, list, Errno.ENOMEM.rc(), "IOVA space exhausted");
      }
      int prot = IommuMapping.prot(direction, device.isCoherent(), attrs);
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
        new SegmentFinalizer(
            list,
            iova,
            boundary,
            device.maxSegmentSize(),
            PeerRules.FIRST_LENGTH.holdsIn(kernel));
    for (int i = 0; i < list.entries; i++) {
      boolean used = i < out.count;
      table.markBusAddress(i, used && out.bus[i]);
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
            + (list.total() == 0 ? ", no IOVA" : " in one IOVA range")
            + ", max_seg_size "
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
    if (out.wrongLength >= 0) {
      trail.hazard(
          PeerRules.FIRST_LENGTH,
          device.id(),
          "segment "
              + out.wrongLength
              + " is a peer's bus address and gets the length of the list's first entry, "
              + out.length[out.wrongLength]
              + " bytes, not its own");
    }
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
      table.markBusAddress(i, false);
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
  public boolean unmapList(
      Domain domain,
      YardDevice device,
      SgTable table,
      CpuList cpu,
      int entries,
      DmaDirection direction,
      DmaAttrs attrs) {
    if (!attrs.has(DmaAttr.SKIP_CPU_SYNC)) {
      for (int i = 0; i < cpu.size(); i++) {
        caches.forCpu(device, cpu.phys(i), cpu.length(i), direction);
      }
    }
    return unmapSegments(domain, device, table, entries);
  }

  /** The same without looking at the CPU side; bus addresses of peers have no IOVA. */
  public boolean unmapSegments(Domain domain, YardDevice device, SgTable table, int entries) {
    long start = 0;
    long end = 0;
    boolean peers = false;
    for (int i = 0; i < entries; i++) {
      if (table.isBusAddress(i)) {
        table.markBusAddress(i, false);
        peers = true;
        continue;
      }
      Segment s = table.segments().get(i);
      if (s.dmaLength() == 0) {
        break;
      }
      if (end == 0) {
        start = s.dma();
      }
      end = s.dma() + s.dmaLength();
    }
    if (end == 0 && peers) {
      return true;
    }
    if (end == 0) {
      // A first segment of 0 bytes ends the kernel's search at once.
      trail.hazard(
          IommuRules.UNMAP, device.id(), "unmap finds no segment: the IOVA range is leaked");
      return false;
    }
    single.unmapRange(domain, device, start, end - start);
    return true;
  }
}
