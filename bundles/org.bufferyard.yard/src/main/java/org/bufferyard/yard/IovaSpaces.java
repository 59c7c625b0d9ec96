package org.bufferyard.yard;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.bufferyard.api.allocator.AdoptionDeclinedException;
import org.bufferyard.api.allocator.IovaAllocator;
import org.bufferyard.api.allocator.IovaAllocatorKind;
import org.bufferyard.api.allocator.IovaContext.LiveIova;
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
import org.bufferyard.yard.ChosenKinds.Held;
import org.bufferyard.yard.guard.Failures;
import org.bufferyard.yard.guard.GuardedDomain;
import org.bufferyard.yard.guard.GuardedIovaAllocator;
import org.bufferyard.yard.guard.IovaSite;
import org.bufferyard.yard.guard.PlugIn;
import org.bufferyard.yard.guard.Seat;
import org.bufferyard.yard.guard.VirtualClock;

/** The IOVA book of each domain (iommu_dma_init_domain(), D2, D3). Engine thread only. */
final class IovaSpaces {
  private final ChosenKinds kinds;
  private final KernelProfile kernel;
  private final EventSink events;
  private final VirtualClock clock;

  /** Open ones, oldest first. */
  private final List<GuardedIovaAllocator> open = new ArrayList<>();

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
   *
   * @param reserved what its IOMMU's driver takes out besides
   */
  IovaAllocator open(
      String domain, GuardedDomain table, DeviceSpec device, List<PhysRange> reserved) {
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
    Optional<Held> kind = kinds.held(IovaAllocatorKind.class, Needs.IOVA);
    GuardedIovaAllocator book =
        kind.isPresent()
            ? new GuardedIovaAllocator(first(spec, kind.get()), spec)
            : new GuardedIovaAllocator(spec);
    open.add(book);
    reserve(book, device.reservedIova(), shift);
    reserve(book, reserved, shift);
    return book;
  }

  private Seat<IovaAllocator> first(IovaSpec spec, Held held) {
    PlugIn who = kinds.plugIn(IovaAllocatorKind.class, held, Needs.IOVA, spec.domain());
    IovaSite site = new IovaSite(kernel, events, who.standing(), List.of());
    IovaAllocatorKind kind = ChosenKinds.service(IovaAllocatorKind.class, held);
    IovaAllocator opened = who.open(() -> kind.open(spec, site));
    return new Seat<>(opened, who, opened::close, Optional.of(site));
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
    open.remove(domain.iova());
    domain.iova().close();
  }

  /** As {@link Books#exchange}: reservations go over too. */
  int exchange(Held held, Failures closing) throws AdoptionDeclinedException {
    List<Seat<IovaAllocator>> next = new ArrayList<>();
    try {
      for (GuardedIovaAllocator book : open) {
        next.add(adopt(book, held));
      }
    } catch (AdoptionDeclinedException | RuntimeException failed) {
      next.forEach(seat -> closing.run(seat::close));
      throw failed;
    }
    int adopted = 0;
    for (int i = 0; i < next.size(); i++) {
      adopted += open.get(i).live().size();
      Seat<IovaAllocator> before = open.get(i).serve(next.get(i));
      closing.run(before::close);
    }
    return adopted;
  }

  private Seat<IovaAllocator> adopt(GuardedIovaAllocator book, Held held)
      throws AdoptionDeclinedException {
    IovaSpec spec = book.space();
    List<LiveIova> live = book.live();
    PlugIn who = kinds.plugIn(IovaAllocatorKind.class, held, Needs.IOVA, spec.domain());
    IovaSite site = new IovaSite(kernel, events, who.standing(), live);
    IovaAllocatorKind kind = ChosenKinds.service(IovaAllocatorKind.class, held);
    IovaAllocator opened =
        live.isEmpty()
            ? who.open(() -> kind.open(spec, site))
            : who.adopt(() -> kind.open(spec, site));
    Seat<IovaAllocator> seat = new Seat<>(opened, who, opened::close, Optional.of(site));
    try {
      for (LiveIova range : book.reserved()) {
        who.run(
            "reserve", () -> opened.reserve(range.pfn(), range.pfn() + range.pages() - 1));
      }
      return seat;
    } catch (RuntimeException broken) {
      Failures closing = new Failures("closing a successor that broke");
      closing.run(seat::close);
      closing.addTo(broken);
      throw broken;
    }
  }

  /** As {@link Books#park}. */
  int park(Failures closing) {
    int live = 0;
    for (GuardedIovaAllocator book : open) {
      Seat<IovaAllocator> before = book.park();
      closing.run(before::close);
      live += book.live().size();
    }
    return live;
  }
}
