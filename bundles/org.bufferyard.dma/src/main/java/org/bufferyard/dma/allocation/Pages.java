package org.bufferyard.dma.allocation;

import static org.bufferyard.api.dma.DmaAddress.hex;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.bufferyard.api.allocator.AllocationRequest;
import org.bufferyard.api.allocator.Allocator;
import org.bufferyard.api.dma.AllocationSource;
import org.bufferyard.api.event.DmaEvent.MessageClass;
import org.bufferyard.api.memory.PageRef;
import org.bufferyard.dma.mapping.Reach;
import org.bufferyard.dma.mapping.Trail;
import org.bufferyard.platform.spec.MachineSpec.Architecture;
import org.bufferyard.platform.yard.DmaEngineContext;
import org.bufferyard.platform.yard.YardDevice;

/**
 * Where pages come from: CMA areas (B6) and the page allocator's zones (B7.5). Engine thread only.
 *
 * <p>A recorded placement is asked for once a logical allocation and offered to CMA and to every
 * zone that is tried for it.
 */
public final class Pages {
  /** GFP_DMA, GFP_DMA32 or neither. */
  enum Zone {
    DMA,
    DMA32,
    ANY
  }

  /** MAX_PAGE_ORDER: the page allocator's largest block is 4 MiB. */
  static final int MAX_ORDER = 10;

  /** CONFIG_CMA_ALIGNMENT: CMA aligns no further than 1 MiB. */
  private static final int CMA_ALIGNMENT = 8;

  private static final long MASK_32 = 0xffff_ffffL;

  private final DmaEngineContext context;
  private final Trail trail;
  private final AtomicPools atomics;

  public Pages(DmaEngineContext context, Trail trail) {
    this.context = context;
    this.trail = trail;
    this.atomics = new AtomicPools(context, this, trail);
  }

  /** The recorded address for the next logical allocation. */
  long nextHint() {
    return context.placements().nextPages();
  }

  /** get_order() of a page count. */
  static int order(long pages) {
    return pages <= 1 ? 0 : 64 - Long.numberOfLeadingZeros(pages - 1);
  }

  /** PAGE_ALIGN in pages; 0 for 0 bytes and where it wraps. */
  static long count(long sizeBytes) {
    return PageRef.align(sizeBytes) >>> PageRef.SHIFT;
  }

  /** dma_alloc_contiguous(): exact pages from the device's CMA area or the default one. */
  Optional<PageGrant> contiguous(YardDevice device, long pages, boolean blocking, long hint) {
    if (!blocking || pages == 0) {
      return Optional.empty();
    }
    Optional<YardDevice.Pool> own = device.cmaArea();
    if (own.isPresent()) {
      return fromCma(device, own.get(), AllocationSource.DEVICE_CMA, pages, hint);
    }
    // Single pages never use the default area.
    if (pages == 1) {
      return Optional.empty();
    }
    return context
        .defaultCma()
        .flatMap(area -> fromCma(device, area, AllocationSource.DEFAULT_CMA, pages, hint));
  }

  private Optional<PageGrant> fromCma(
      YardDevice device,
      YardDevice.Pool area,
      AllocationSource source,
      long pages,
      long hint) {
    long base =
        area.allocator()
            .allocate(
                new AllocationRequest(pages, Math.min(order(pages), CMA_ALIGNMENT), -1L, hint));
    boolean none = base == Allocator.NO_MEMORY;
    if (trail.on()) {
      trail.decided(
          AllocationRules.CMA,
          device.id(),
          (source == AllocationSource.DEVICE_CMA ? "the device's CMA area " : "the CMA area ")
              + area.spec().name()
              + (none ? " has no " : " gives ")
              + pages
              + " pages"
              + (none ? " in a row" : " at " + hex(base)),
          "area",
          area.spec().id(),
          "pages",
          Long.toString(pages));
    }
    return none
        ? Optional.empty()
        : Optional.of(new PageGrant(base, pages, source, area.allocator()));
  }

  /** alloc_pages_node(): a block of the order that holds the pages. */
  Optional<PageGrant> block(YardDevice device, long pages, Zone limit, long hint) {
    if (pages == 0 || order(pages) > MAX_ORDER) {
      if (trail.on()) {
        trail.decided(
            AllocationRules.DIRECT_PAGES,
            device.id(),
            pages == 0
                ? "0 bytes: the page allocator gives nothing"
                : pages + " pages are more than the page allocator's largest block of "
                    + (1 << MAX_ORDER),
            "pages",
            Long.toUnsignedString(pages));
      }
      return Optional.empty();
    }
    AllocationRequest request = new AllocationRequest(pages, order(pages), -1L, hint);
    for (DmaEngineContext.Zone zone : inOrder(limit, hint)) {
      long base = zone.allocator().allocate(request);
      if (base != Allocator.NO_MEMORY) {
        return Optional.of(
            new PageGrant(base, pages, AllocationSource.BUDDY, zone.allocator()));
      }
    }
    trail.message(
        device.id(),
        MessageClass.INFO,
        device.name() + ": page allocation failure: order:" + order(pages) + ", " + limit);
    return Optional.empty();
  }

  /** Highest zone first, as the zone list; the one that owns the recorded address before all. */
  private List<DmaEngineContext.Zone> inOrder(Zone limit, long hint) {
    List<DmaEngineContext.Zone> zones = new ArrayList<>();
    List<DmaEngineContext.Zone> all = context.zones();
    for (int i = all.size() - 1; i >= 0; i--) {
      if (serves(all.get(i), limit)) {
        zones.add(all.get(i));
      }
    }
    for (int i = 1; hint != AllocationRequest.NO_PREFERENCE && i < zones.size(); i++) {
      if (zones.get(i).allocator().owns(hint)) {
        zones.add(0, zones.remove(i));
        break;
      }
    }
    return zones;
  }

  private boolean serves(DmaEngineContext.Zone zone, Zone limit) {
    return switch (limit) {
      case ANY -> true;
      case DMA -> zone.name().equals("DMA");
      case DMA32 -> !zone.name().equals("NORMAL") || hasNoDma32();
    };
  }

  /** 32-bit ARM has no DMA32 zone: there GFP_DMA32 means ordinary memory. */
  private boolean hasNoDma32() {
    return context.spec().machine().architecture() == Architecture.ARM
        && context.zones().stream().noneMatch(z -> z.name().equals("DMA32"));
  }

  /** dma_direct_optimal_gfp_mask(). */
  Zone zoneFor(YardDevice device) {
    long limit = physLimit(device);
    if (Long.compareUnsigned(limit, context.spec().machine().zoneDmaLimit()) <= 0) {
      return Zone.DMA;
    }
    return Long.compareUnsigned(limit, MASK_32) <= 0 ? Zone.DMA32 : Zone.ANY;
  }

  private static long physLimit(YardDevice device) {
    return device.rangeMap().toPhys(Reach.coherentLimit(device));
  }

  /** __dma_direct_alloc_pages(): CMA, then zones from the optimal one downwards (B7.5). */
  Optional<PageGrant> reachable(YardDevice device, long pages, boolean blocking) {
    long hint = nextHint();
    long size = pages << PageRef.SHIFT;
    Optional<PageGrant> cma = contiguous(device, pages, blocking, hint);
    if (cma.isPresent()) {
      if (Reach.coherentOk(device, cma.get().base(), size)) {
        return cma;
      }
      refused(device, cma.get());
    }
    Zone zone = zoneFor(device);
    while (true) {
      Optional<PageGrant> grant = block(device, pages, zone, hint);
      if (grant.isEmpty() || Reach.coherentOk(device, grant.get().base(), size)) {
        grant.ifPresent(g -> granted(device, g));
        return grant;
      }
      refused(device, grant.get());
      if (zone == Zone.DMA) {
        return Optional.empty();
      }
      zone = zone == Zone.ANY && physLimit(device) != -1L ? Zone.DMA32 : Zone.DMA;
    }
  }

  private void granted(YardDevice device, PageGrant grant) {
    if (trail.on()) {
      trail.decided(
          AllocationRules.DIRECT_PAGES,
          device.id(),
          "the page allocator gives " + grant.pages() + " pages at " + hex(grant.base())
              + ", below the coherent limit " + hex(Reach.coherentLimit(device)),
          "phys",
          hex(grant.base()),
          "pages",
          Long.toString(grant.pages()),
          "limit",
          hex(Reach.coherentLimit(device)));
    }
  }

  private void refused(YardDevice device, PageGrant grant) {
    if (trail.on()) {
      trail.decided(
          AllocationRules.DIRECT_PAGES,
          device.id(),
          "pages at "
              + hex(grant.base())
              + " given back: "
              + Reach.whyNot(
                  device, grant.base(), grant.sizeBytes(), device.coherentDmaMask()),
          "phys",
          hex(grant.base()),
          "limit",
          hex(Reach.coherentLimit(device)));
    }
    grant.giveBack();
  }

  /**
   * dma_alloc_from_pool(): pre-mapped memory for callers that may not sleep (B9). A recorded address
   * that no pool has lies in one that had grown before the record begins: it is taken from where the
   * pool would have got it.
   */
  Optional<PageGrant> atomic(YardDevice device, long pages, boolean direct) {
    long hint = nextHint();
    long size = pages << PageRef.SHIFT;
    boolean serves = pages > 0 && order(pages) <= MAX_ORDER;
    if (serves && hint != AllocationRequest.NO_PREFERENCE && !atomics.owns(hint)) {
      Optional<PageGrant> grown = grown(device, pages, hint);
      if (grown.isPresent()) {
        return grown;
      }
    }
    return atomics.allocate(
        device,
        pages,
        direct ? zoneFor(device) : Zone.ANY,
        hint,
        base -> !direct || Reach.coherentOk(device, base, size));
  }

  private Optional<PageGrant> grown(YardDevice device, long pages, long hint) {
    AllocationRequest request = new AllocationRequest(pages, order(pages), -1L, hint);
    List<Allocator> books = new ArrayList<>();
    context.defaultCma().ifPresent(area -> books.add(area.allocator()));
    context.zones().forEach(zone -> books.add(zone.allocator()));
    for (Allocator book : books) {
      if (book.owns(hint)) {
        long base = book.allocate(request);
        if (base == hint) {
          return Optional.of(new PageGrant(base, pages, AllocationSource.ATOMIC_POOL, book));
        }
        if (base != Allocator.NO_MEMORY) {
          book.free(base, request.sizeBytes());
        }
      }
    }
    return Optional.empty();
  }

  /** alloc_pages() for somebody who keeps them: the first address, quietly none. */
  Optional<Long> fromZones(long pages, Zone limit) {
    AllocationRequest request =
        new AllocationRequest(pages, order(pages), -1L, AllocationRequest.NO_PREFERENCE);
    return inOrder(limit, AllocationRequest.NO_PREFERENCE).stream()
        .map(zone -> zone.allocator().allocate(request))
        .filter(base -> base != Allocator.NO_MEMORY)
        .findFirst();
  }
}
