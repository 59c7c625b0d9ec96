package org.bufferyard.dma.streaming;

import static org.bufferyard.api.dma.DmaAddress.hex;

import java.util.Optional;
import org.bufferyard.api.dma.Allocation.CpuAddress;
import org.bufferyard.api.dma.DmaAddress;
import org.bufferyard.api.dma.DmaAttr;
import org.bufferyard.api.dma.DmaAttrs;
import org.bufferyard.api.dma.DmaDirection;
import org.bufferyard.api.event.DmaEvent;
import org.bufferyard.api.event.DmaEvent.MessageClass;
import org.bufferyard.api.kernel.Errno;
import org.bufferyard.api.kernel.KernelProfile;
import org.bufferyard.api.memory.PageHazards;
import org.bufferyard.api.memory.PageRef;
import org.bufferyard.api.memory.Segment;
import org.bufferyard.api.memory.SgTable;
import org.bufferyard.dma.iommu.IommuMapping;
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
 * Single streaming mappings as drivers call them ({@code kernel/dma/mapping.c}): checks, the choice
 * of a path (A10), the ledger, the events. Engine thread only.
 */
public final class Streaming {
  private final KernelProfile kernel;
  private final PageHazards hazards;
  private final DirectMapping direct;
  private final IommuMapping iommu;
  private final SinglePeerPages peerPages;
  private final LiveMappings live;
  private final Trail trail;

  public Streaming(
      DmaEngineContext yard,
      DirectMapping direct,
      IommuMapping iommu,
      LiveMappings live,
      Trail trail) {
    this.kernel = yard.kernel();
    this.hazards = yard.hazards();
    this.direct = direct;
    this.iommu = iommu;
    this.peerPages = new SinglePeerPages(yard, direct, trail);
    this.live = live;
    this.trail = trail;
  }

  /** BUG_ON(!valid_dma_direction(dir)). */
  void needDirection(YardDevice device, DmaDirection direction) {
    if (direction == DmaDirection.NONE) {
      throw trail.bug(
          MappingRules.DIRECTION, device.id(), "mapping.c: DMA_NONE is no direction to map with");
    }
  }

  /**
   * page_to_pfn() of a page that is none, where it loads from the struct page (arm32): the kernel
   * dies at the first use.
   */
  void needStructPage(YardDevice device, PageRef page) {
    if (kernel.pageToPfnReadsPage() && !page.backing().hasLinearMapping()) {
      throw trail.oops(
          MappingRules.PAGE_TO_PFN,
          device.id(),
          "page_to_pfn() reads the struct page of pfn "
              + hex(page.pfn())
              + ", which does not exist, to map it for "
              + device.name());
    }
  }

  /** dma_map_page_attrs(). */
  public long mapPage(
      YardDevice device,
      PageRef page,
      long offset,
      long size,
      DmaDirection direction,
      DmaAttrs attrs) {
    boolean mapsPhys = MappingRules.MAP_PHYS.holdsIn(kernel);
    if (attrs.has(DmaAttr.MMIO) && mapsPhys) {
      if (trail.on()) {
        trail.decided(
            MappingRules.MAP_PHYS,
            device.id(),
            "dma_map_page with DMA_ATTR_MMIO: registers have no page");
      }
      return failed(device, page.phys() + offset, size);
    }
    needDirection(device, direction);
    needStructPage(device, page);
    if (CpuList.isPeer(page) && !peerPages.mayMap(device, page.phys() + offset, size, direction)) {
      return failed(device, page.phys() + offset, size);
    }
    if (!page.backing().hasLinearMapping()) {
      hazards.pageWithoutLinearMapping(new Segment.PageBacked(page, (int) offset, size));
    }
    return mapPhys(
        device, page.phys() + offset, size, direction, known(attrs), CpuList.isPeer(page));
  }

  /** A list that is mapped entry by entry asks for no way to its peer-to-peer pages either. */
  void warnOfPeers(YardDevice device, SgTable table, CpuList cpu) {
    for (int i = 0; cpu.hasPeers() && i < cpu.size(); i++) {
      if (PeerWays.isPeer(table, i)) {
        peerPages.warn(device, cpu.phys(i));
      }
    }
  }

  /** dma_map_single_attrs(): memory that might be remapped is no memory for DMA. */
  public long mapSingle(
      YardDevice device,
      CpuAddress address,
      PageRef page,
      long offset,
      long size,
      DmaDirection direction,
      DmaAttrs attrs) {
    return switch (address) {
      case LINEAR -> mapPage(device, page, offset, size, direction, attrs);
      case VMALLOC -> {
        trail.message(
            device.id(),
            MessageClass.WARNING,
            device.name() + ": rejecting DMA map of vmalloc memory");
        yield failed(device, -1L, size);
      }
      case COOKIE -> {
        if (trail.on()) {
          trail.emit(new DmaEvent.InvalidAddressMapped(device.id(), size));
        }
        yield mapPage(device, page, offset, size, direction, attrs);
      }
    };
  }

  /** Attribute bits that this release gives a meaning; the others are ignored by it. */
  public DmaAttrs known(DmaAttrs attrs) {
    return MappingRules.MAP_PHYS.holdsIn(kernel)
        ? attrs
        : attrs
            .without(DmaAttr.MMIO)
            .without(DmaAttr.REQUIRE_COHERENT)
            .without(DmaAttr.CC_SHARED);
  }

  /** dma_mapping_error(). */
  public int mappingError(YardDevice device, long dma) {
    if (trail.on()) {
      trail.emit(new DmaEvent.ErrorChecked(device.id(), dma));
    }
    return dma == DmaAddress.MAPPING_ERROR ? Errno.ENOMEM.rc() : 0;
  }

  public long mapPhys(
      YardDevice device, long phys, long size, DmaDirection direction, DmaAttrs attrs) {
    return mapPhys(device, phys, size, direction, attrs, false);
  }

  private long mapPhys(
      YardDevice device,
      long phys,
      long size,
      DmaDirection direction,
      DmaAttrs attrs,
      boolean peer) {
    needDirection(device, direction);
    if (device.dmaMask().isEmpty()) {
      noMaskPointer(device);
      return failed(device, phys, size);
    }
    if (refusesIncoherent(device, attrs)) {
      return failed(device, phys, size);
    }
    Optional<Domain> domain = Masks.dmaDomain(device);
    if (domain.isPresent() && attrs.has(DmaAttr.CC_SHARED)) {
      // Only the direct path knows memory shared with the host.
      return failed(device, phys, size);
    }
    long dma =
        domain.isPresent()
            ? iommu.map(domain.get(), device, phys, size, direction, attrs, peer)
            : peer
                ? direct.mapPeer(device, phys, size, direction, attrs)
                : direct.map(device, phys, size, direction, attrs);
    if (dma == DmaAddress.MAPPING_ERROR) {
      return failed(device, phys, size);
    }
    DmaAttrs quiet = attrs.with(DmaAttr.SKIP_CPU_SYNC);
    live.addSingle(
        attrs.has(DmaAttr.MMIO) ? Kind.RESOURCE : Kind.SINGLE,
        device.id(),
        dma,
        size,
        () -> unmapOnPath(domain, device, dma, size, direction, quiet));
    if (trail.on()) {
      trail.emit(
          new DmaEvent.Mapped(device.id(), dma, size, phys, direction.code(), attrs.bits()));
    }
    return dma;
  }

  void noMaskPointer(YardDevice device) {
    trail.message(
        device.id(), MessageClass.WARNING, device.name() + ": WARNING: no dma_mask is set");
    if (trail.on()) {
      trail.decided(
          MappingRules.NO_MASK_POINTER,
          device.id(),
          device.name() + " has no DMA mask pointer: nothing can be mapped");
    }
  }

  /** DMA_ATTR_REQUIRE_COHERENT on a device that is not. */
  boolean refusesIncoherent(YardDevice device, DmaAttrs attrs) {
    boolean refused =
        attrs.has(DmaAttr.REQUIRE_COHERENT)
            && !device.isCoherent()
            && MappingRules.REQUIRE_COHERENT.holdsIn(kernel);
    if (refused && trail.on()) {
      trail.decided(
          MappingRules.REQUIRE_COHERENT,
          device.id(),
          "DMA_ATTR_REQUIRE_COHERENT, and " + device.name() + " is not coherent");
    }
    return refused;
  }

  private long failed(YardDevice device, long phys, long size) {
    if (trail.on()) {
      trail.emit(new DmaEvent.MapFailed(device.id(), size, phys, Errno.ENOMEM.rc()));
    }
    return DmaAddress.MAPPING_ERROR;
  }

  /** dma_unmap_page_attrs(): before 7.0 the attribute bit of registers means nothing here. */
  public void unmapPage(
      YardDevice device, long dma, long size, DmaDirection direction, DmaAttrs attrs) {
    if (attrs.has(DmaAttr.MMIO) && MappingRules.MAP_PHYS.holdsIn(kernel)) {
      trail.hazard(
          MappingRules.MAP_PHYS,
          device.id(),
          "dma_unmap_page of "
              + hex(dma)
              + " with DMA_ATTR_MMIO does nothing: the mapping stays for "
              + device.name());
      return;
    }
    unmap(device, dma, size, direction, known(attrs));
  }

  /** dma_unmap_phys(). */
  public void unmap(
      YardDevice device, long dma, long size, DmaDirection direction, DmaAttrs attrs) {
    needDirection(device, direction);
    if (attrs.has(DmaAttr.CC_SHARED) && Masks.dmaDomain(device).isPresent()) {
      trail.hazard(
          MappingRules.CC_SHARED,
          device.id(),
          "dma_unmap of "
              + hex(dma)
              + " with DMA_ATTR_CC_SHARED does nothing behind an IOMMU: the mapping stays for "
              + device.name());
      return;
    }
    if (live.removeSingle(device.id(), dma) == null) {
      trail.hazard(
          MappingRules.NOT_MAPPED,
          device.id(),
          "unmap of " + hex(dma) + "+" + size + ", which is not mapped for " + device.name());
    }
    unmapOnPath(Masks.dmaDomain(device), device, dma, size, direction, attrs);
    if (trail.on()) {
      trail.emit(
          new DmaEvent.Unmapped(device.id(), dma, size, direction.code(), attrs.bits()));
    }
  }

  private void unmapOnPath(
      Optional<Domain> domain,
      YardDevice device,
      long dma,
      long size,
      DmaDirection direction,
      DmaAttrs attrs) {
    if (domain.isPresent()) {
      iommu.unmap(domain.get(), device, dma, size, direction, attrs);
    } else {
      direct.unmap(device, dma, size, direction, attrs);
    }
  }

  public void sync(
      YardDevice device, long dma, long size, DmaDirection direction, boolean forDevice) {
    needDirection(device, direction);
    Optional<Domain> domain = Masks.dmaDomain(device);
    if (domain.isPresent()) {
      iommu.syncSingle(domain.get(), device, dma, size, direction, forDevice);
    } else {
      direct.sync(device, dma, size, direction, forDevice);
    }
    if (trail.on()) {
      trail.emit(
          new DmaEvent.Synced(device.id(), dma, size, direction.code(), forDevice));
    }
  }
}
