package org.bufferyard.yard;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.bufferyard.api.allocator.IovaAllocator;
import org.bufferyard.api.allocator.IovaAllocatorKind;
import org.bufferyard.api.allocator.IovaSpec;
import org.bufferyard.api.event.EventSink;
import org.bufferyard.api.iommu.DomainType;
import org.bufferyard.api.iommu.Geometry;
import org.bufferyard.api.iommu.IommuDomain;
import org.bufferyard.api.kernel.KernelProfile;
import org.bufferyard.api.memory.PageRef;
import org.bufferyard.api.memory.PhysRange;
import org.bufferyard.platform.spec.DeviceSpec;
import org.bufferyard.platform.yard.Domain;
import org.bufferyard.platform.yard.FlushQueue;

/** The IOVA book of each domain (iommu_dma_init_domain(), D2, D3). Engine thread only. */
final class IovaSpaces {
  private final ChosenKinds kinds;
  private final KernelProfile kernel;
  private final EventSink events;
  private final VirtualClock clock;
  private final Map<IovaAllocator, IovaSite> sites = new HashMap<>();

  IovaSpaces(
      ChosenKinds kinds, KernelProfile kernel, EventSink events, VirtualClock clock) {
    this.clock = clock;
    this.kinds = kinds;
    this.kernel = kernel;
    this.events = events;
  }

  /**
   * An empty space with the regions that the device may never use taken out. Only the device that
   * brings the domain reserves: iovad is initialised once.
   */
  IovaAllocator open(String domain, GuardedDomain table, DeviceSpec device) {
    Geometry geometry = table.geometry();
    int shift = Long.numberOfTrailingZeros(geometry.granule());
    if (geometry.granule() > PageRef.SIZE) {
      // BUG_ON(granule > PAGE_SIZE) in init_iova_domain().
      throw table
          .who()
          .broken(
              "gave domain '" + domain + "' a granule of " + geometry.granule()
                  + " bytes, more than a page: the kernel stops there");
    }
    long start = geometry.apertureStart() >>> shift;
    IovaSpec spec = new IovaSpec(domain, shift, Math.max(1, start));
    IovaAllocatorKind kind = kinds.iova();
    PlugIn who = kinds.plugIn(IovaAllocatorKind.class, kind, ChosenKinds.IOVA, domain);
    IovaSite site = new IovaSite(kernel, events);
    IovaAllocator book =
        new GuardedIovaAllocator(who.open(() -> kind.open(spec, site)), who, spec);
    reserve(book, device.reservedIova(), shift);
    sites.put(book, site);
    return book;
  }

  private static void reserve(IovaAllocator book, List<PhysRange> ranges, int shift) {
    for (PhysRange range : ranges) {
      book.reserve(range.base() >>> shift, range.last() >>> shift);
    }
  }

  /** iommu_dma_init_fq(): the queue of a DMA-FQ domain; none for others. */
  Optional<FlushQueue> queue(
      String domain, DomainType type, IommuDomain table, IovaAllocator book) {
    return type == DomainType.DMA_FQ
        ? Optional.of(new LazyFlush(domain, table, book, clock, events))
        : Optional.empty();
  }

  void close(Domain domain) {
    if (domain.flushQueue().orElse(null) instanceof LazyFlush queue) {
      queue.close();
    }
    domain.iova().close();
    IovaSite site = sites.remove(domain.iova());
    if (site != null) {
      site.revoke();
    }
  }
}
