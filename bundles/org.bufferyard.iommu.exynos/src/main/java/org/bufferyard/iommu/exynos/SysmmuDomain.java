package org.bufferyard.iommu.exynos;

import java.util.ArrayList;
import java.util.List;
import org.bufferyard.api.event.DmaEvent;
import org.bufferyard.api.event.EventSink;
import org.bufferyard.api.iommu.DomainType;
import org.bufferyard.api.iommu.Geometry;
import org.bufferyard.api.iommu.IommuDomain;
import org.bufferyard.api.kernel.Errno;
import org.bufferyard.api.kernel.Rule;

/**
 * A domain with a page table: exynos_iommu_domain. A blocked domain is one whose table stays empty,
 * as the core makes it for drivers without a blocking domain of their own.
 *
 * <p>Several SysMMUs may be in it, because a master with two ports has two of them (D13).
 *
 * <p>exynos_iommu_unmap() writes the flushes of a page before it returns; nothing reads the register
 * back, so that a device's access may still overtake them. Here they land in {@link #sync}, the
 * latest moment that the core relies on. An access before that may be served by the cache, and says
 * so.
 *
 * <p>The driver takes no large count: every call maps or unmaps one page. Engine thread only.
 */
final class SysmmuDomain implements IommuDomain {
  private static final PageSizes SIZES =
      new PageSizes(Descriptor.SMALL_PAGE | Descriptor.LARGE_PAGE | Descriptor.SECTION);
  private static final Rule MAP = Rule.of("H5", "exynos_iommu_map");

  private final Sysmmu owner;
  private final DomainType type;
  private final EventSink events;
  private final Descriptor format;
  private final PageTable table;
  private final List<Sysmmu> clients = new ArrayList<>();
  private final PendingFlushes unflushed = new PendingFlushes();

  SysmmuDomain(Sysmmu owner, DomainType type, EventSink events, PageTable table) {
    this.owner = owner;
    this.type = type;
    this.events = events;
    this.format = owner.version().format();
    this.table = table;
  }

  PageTable table() {
    return table;
  }

  Descriptor format() {
    return format;
  }

  void enter(Sysmmu client) {
    clients.add(client);
  }

  void leave(Sysmmu client) {
    clients.remove(client);
  }

  /** Whether a cache may hold what the table no longer says. */
  boolean hasUnflushed() {
    return !unflushed.isEmpty();
  }

  @Override
  public Geometry geometry() {
    return SIZES.geometry(type);
  }

  @Override
  public long map(long iova, long phys, long pageSize, long count, int prot) {
    if (!isPage(iova, pageSize, count) || (phys & (pageSize - 1)) != 0) {
      return Errno.EINVAL.rc();
    }
    if (!table.exists()) {
      return Errno.ENOMEM.rc();
    }
    int rc = table.map((int) iova, phys, pageSize, prot);
    if (rc != 0) {
      complain(
          rc == Errno.EADDRINUSE.rc()
              ? DmaEvent.MessageClass.WARNING
              : DmaEvent.MessageClass.INFO,
          "exynos_iommu_map: Failed(%d) to map %#x bytes @ %#x".formatted(rc, pageSize, iova));
      return rc;
    }
    if (!format.reaches(phys + pageSize - 1)) {
      events.emit(
          new DmaEvent.HazardRaised(
              MAP,
              owner.id(),
              "phys %#x has no bits in a 32-bit entry: iova %#x reaches %#x instead"
                  .formatted(phys, iova, iovaToPhys(iova))));
    }
    if (table.replacedZeroLink()) {
      clients.forEach(client -> client.flushFirstLevelCache((int) iova));
    }
    return pageSize;
  }

  private boolean isPage(long iova, long pageSize, long count) {
    return type != DomainType.BLOCKED && SIZES.admit(iova, pageSize, count);
  }

  @Override
  public long unmap(long iova, long pageSize, long count) {
    if (!isPage(iova, pageSize, count) || !table.exists()) {
      return 0;
    }
    long unmapped = table.unmap((int) iova, pageSize);
    if (unmapped < 0) {
      complain(
          DmaEvent.MessageClass.WARNING,
          "exynos_iommu_unmap: Failed: size(%#x) @ %#x is smaller than page size %#x"
              .formatted(pageSize, iova, -unmapped));
      return 0;
    }
    unflushed.add((int) iova, (int) unmapped);
    return unmapped;
  }

  private void complain(DmaEvent.MessageClass kind, String text) {
    events.emit(new DmaEvent.KernelMessage(owner.id(), kind, text));
  }

  @Override
  public long iovaToPhys(long iova) {
    return table.phys(iova);
  }

  @Override
  public void sync() {
    for (int i = 0; i < unflushed.count(); i++) {
      for (Sysmmu client : clients) {
        client.flushPage(unflushed.iova(i), unflushed.sizeBytes(i));
      }
    }
    unflushed.clear();
  }

  @Override
  public void close() {
    List.copyOf(clients).forEach(Sysmmu::disable);
    table.close();
    owner.forget(this);
  }
}
