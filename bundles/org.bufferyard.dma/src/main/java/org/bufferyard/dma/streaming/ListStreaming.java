package org.bufferyard.dma.streaming;

import java.util.Optional;
import org.bufferyard.api.dma.DmaAttr;
import org.bufferyard.api.dma.DmaAttrs;
import org.bufferyard.api.dma.DmaDirection;
import org.bufferyard.api.event.DmaEvent;
import org.bufferyard.api.event.DmaEvent.MessageClass;
import org.bufferyard.api.kernel.Errno;
import org.bufferyard.api.memory.PageHazards;
import org.bufferyard.api.memory.Segment;
import org.bufferyard.api.memory.SgTable;
import org.bufferyard.dma.iommu.IommuLists;
import org.bufferyard.dma.iommu.IommuMapping;
import org.bufferyard.dma.mapping.CacheUpkeep;
import org.bufferyard.dma.mapping.CpuList;
import org.bufferyard.dma.mapping.LiveMappings;
import org.bufferyard.dma.mapping.MappingRules;
import org.bufferyard.dma.mapping.Masks;
import org.bufferyard.dma.mapping.PeerWays;
import org.bufferyard.dma.mapping.Trail;
import org.bufferyard.platform.yard.DmaEngineContext;
import org.bufferyard.platform.yard.Domain;
import org.bufferyard.platform.yard.MappingLedger.Kind;
import org.bufferyard.platform.yard.YardDevice;

/**
 * Scatterlists as drivers map them: dma_map_sg_attrs(), dma_map_sgtable() and their reverse (C6).
 * Engine thread only.
 */
public final class ListStreaming {
  private final DmaEngineContext yard;
  private final PageHazards hazards;
  private final Streaming single;
  private final DirectMapping direct;
  private final IommuMapping iommu;
  private final IommuLists iommuLists;
  private final LiveMappings live;
  private final CacheUpkeep caches;
  private final Trail trail;

  public ListStreaming(
      DmaEngineContext yard,
      Streaming single,
      DirectMapping direct,
      IommuMapping iommu,
      IommuLists iommuLists,
      LiveMappings live,
      CacheUpkeep caches,
      Trail trail) {
    this.yard = yard;
    this.hazards = yard.hazards();
    this.single = single;
    this.direct = direct;
    this.iommu = iommu;
    this.iommuLists = iommuLists;
    this.live = live;
    this.caches = caches;
    this.trail = trail;
  }

  /** dma_map_sgtable(): 0 with nents set, or an errno. */
  public int mapTable(YardDevice device, SgTable table, DmaDirection direction, DmaAttrs attrs) {
    int nents = map(device, table, direction, attrs);
    if (nents < 0) {
      return nents;
    }
    // A device without a mask pointer ends here with 0 and no segment: success, as the kernel says.
    table.setNents(nents);
    return 0;
  }

  /** dma_map_sg_attrs(): the count, 0 on failure. */
  public int mapCount(YardDevice device, SgTable table, DmaDirection direction, DmaAttrs attrs) {
    int nents = map(device, table, direction, attrs);
    if (nents < 0) {
      return 0;
    }
    table.setNents(nents);
    return nents;
  }

  /** __dma_map_sg_attrs(). */
  private int map(YardDevice device, SgTable table, DmaDirection direction, DmaAttrs given) {
    single.needDirection(device, direction);
    DmaAttrs attrs = single.known(given);
    if (device.dmaMask().isEmpty()) {
      single.noMaskPointer(device);
      return 0;
    }
    CpuList cpu = new CpuList(table, hazards);
    if (single.refusesIncoherent(device, attrs)) {
      return failed(device, cpu, direction, Errno.EOPNOTSUPP.rc());
    }
    if (cpu.firstBad() >= 0
        && table.segments().get(cpu.firstBad()) instanceof Segment.PageBacked p) {
      single.needStructPage(device, p.page());
    }
    Optional<Domain> domain = Masks.dmaDomain(device);
    boolean bounced = domain.isPresent() && iommuLists.bouncesList(device, cpu, direction);
    // The bounced path behind an IOMMU asks for no way.
    Optional<PeerWays> peers =
        bounced ? Optional.empty() : PeerWays.of(yard, trail, device, table, cpu);
    if (bounced) {
      single.warnOfPeers(device, table, cpu);
    }
    int nents;
    if (domain.isEmpty()) {
      nents = direct.mapList(device, table, cpu, peers, direction, attrs);
    } else if (bounced) {
      nents = iommuLists.mapBouncedList(domain.get(), device, table, cpu, direction, attrs);
    } else {
      nents = iommuLists.mapList(domain.get(), device, table, cpu, peers, direction, attrs);
    }
    if (nents <= 0) {
      return failed(device, cpu, direction, launder(device, nents));
    }
    mapped(device, table, cpu, direction, attrs, nents, bounced, domain);
    return nents;
  }

  private void mapped(
      YardDevice device,
      SgTable table,
      CpuList cpu,
      DmaDirection direction,
      DmaAttrs attrs,
      int nents,
      boolean bounced,
      Optional<Domain> domain) {
    long size = 0;
    long[] dma = new long[nents];
    long[] lengths = new long[nents];
    for (int i = 0; i < nents; i++) {
      Segment s = table.segments().get(i);
      dma[i] = s.dma();
      lengths[i] = s.dmaLength();
      size += s.dmaLength();
    }
    DmaAttrs quiet = attrs.with(DmaAttr.SKIP_CPU_SYNC);
    // The list may be rewritten or mapped anew by then: undo works on what was mapped now.
    SgTable snapshot = table.copy();
    live.addList(
        Kind.SCATTER_GATHER,
        table,
        device.id(),
        dma[0],
        size,
        bounced,
        () ->
            unmapOnPath(
                domain, device, snapshot, snapshot.origNents(), bounced, direction, quiet));
    if (trail.on()) {
      trail.emit(
          new DmaEvent.SgMapped(
              device.id(),
              direction.code(),
              cpu.physOfAll(),
              cpu.lengthOfAll(),
              dma,
              lengths,
              attrs.bits(),
              new DmaEvent.SegmentLimits(device.maxSegmentSize(), device.segmentBoundary())));
    }
  }

  private int failed(YardDevice device, CpuList cpu, DmaDirection direction, int rc) {
    if (trail.on()) {
      trail.emit(new DmaEvent.SgMapFailed(device.id(), direction.code(), cpu.physOfAll(), rc));
    }
    return rc;
  }

  /** Only four errors may leave; anything else, 0 included, is -EIO. */
  private int launder(YardDevice device, int rc) {
    if (rc == Errno.EINVAL.rc()
        || rc == Errno.ENOMEM.rc()
        || rc == Errno.EIO.rc()
        || rc == Errno.EREMOTEIO.rc()) {
      return rc;
    }
    trail.message(
        device.id(),
        MessageClass.WARNING,
        device.name() + ": WARNING: __dma_map_sg_attrs: map_sg returned " + rc);
    if (trail.on()) {
      trail.decided(
          MappingRules.SG_TABLE_ERRORS,
          device.id(),
          "map_sg returned " + Errno.text(rc) + ": laundered to -EIO",
          "rc",
          Integer.toString(rc));
    }
    return Errno.EIO.rc();
  }

  /** dma_unmap_sgtable(): works on orig_nents entries. */
  public void unmap(YardDevice device, SgTable table, DmaDirection direction, DmaAttrs attrs) {
    unmap(device, table, table.origNents(), direction, attrs);
  }

  /** dma_unmap_sg_attrs(): whatever stands in the first {@code nents} entries is undone. */
  public void unmap(
      YardDevice device, SgTable table, int nents, DmaDirection direction, DmaAttrs attrs) {
    single.needDirection(device, direction);
    int entries = Math.clamp(nents, 0, table.segments().size());
    if (trail.on()) {
      trail.emit(
          new DmaEvent.SgUnmapped(
              device.id(),
              direction.code(),
              new CpuList(table, entries, PageHazards.UNHEARD).physOfAll(),
              addresses(table, entries),
              lengths(table, entries),
              attrs.bits()));
    }
    if (live.wasUndone(table)) {
      return;
    }
    LiveMappings.MappedList list = live.removeList(table);
    if (list == null) {
      trail.hazard(
          MappingRules.NOT_MAPPED,
          device.id(),
          "unmap of a scatterlist that is not mapped for " + device.name());
    }
    boolean found =
        unmapOnPath(
            Masks.dmaDomain(device),
            device,
            table,
            entries,
            live.isBounced(table),
            direction,
            single.known(attrs));
    if (!found && list != null) {
      live.keep(table, list);
    }
  }

  private static long[] addresses(SgTable table, int entries) {
    return table.segments().stream().limit(entries).mapToLong(Segment::dma).toArray();
  }

  private static long[] lengths(SgTable table, int entries) {
    return table.segments().stream().limit(entries).mapToLong(Segment::dmaLength).toArray();
  }

  private boolean unmapOnPath(
      Optional<Domain> domain,
      YardDevice device,
      SgTable table,
      int entries,
      boolean bounced,
      DmaDirection direction,
      DmaAttrs attrs) {
    if (domain.isEmpty()) {
      direct.unmapList(device, table, entries, direction, attrs);
      return true;
    }
    if (bounced) {
      iommuLists.unmapBouncedList(domain.get(), device, table, entries, direction, attrs);
      return true;
    }
    if (attrs.has(DmaAttr.SKIP_CPU_SYNC)) {
      return iommuLists.unmapSegments(domain.get(), device, table, entries);
    }
    return iommuLists.unmapList(
        domain.get(),
        device,
        table,
        new CpuList(table, Math.min(entries, table.origNents()), hazards),
        entries,
        direction,
        attrs);
  }

  /** dma_sync_sg_for_cpu() and _for_device() of the first {@code nents} entries. */
  public void sync(
      YardDevice device, SgTable table, int nents, DmaDirection direction, boolean forDevice) {
    single.needDirection(device, direction);
    int entries = Math.clamp(nents, 0, table.segments().size());
    Optional<Domain> domain = Masks.dmaDomain(device);
    boolean behindIommu = domain.isPresent() && !live.isBounced(table);
    CpuList cpu = new CpuList(table, Math.min(entries, table.origNents()), hazards);
    for (int i = 0; i < cpu.size(); i++) {
      if (table.isBusAddress(i)) {
        // F14: nothing of it is in a cache, or was mapped.
        continue;
      }
      if (behindIommu) {
        // The CPU list is used, not the mapping (C11).
        if (forDevice) {
          caches.forDevice(device, cpu.phys(i), cpu.length(i), direction);
        } else {
          caches.forCpu(device, cpu.phys(i), cpu.length(i), direction);
        }
        continue;
      }
      long dma = table.segments().get(i).dma();
      if (domain.isPresent()) {
        iommu.syncSingle(domain.get(), device, dma, cpu.length(i), direction, forDevice);
      } else {
        direct.sync(device, dma, cpu.length(i), direction, forDevice);
      }
    }
    if (trail.on()) {
      trail.emit(
          new DmaEvent.SgSynced(
              device.id(),
              addresses(table, entries),
              lengths(table, entries),
              direction.code(),
              forDevice));
    }
  }
}
