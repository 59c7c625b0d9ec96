package org.bufferyard.iommu.exynos;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.bufferyard.api.event.DmaEvent;
import org.bufferyard.api.event.EventSink;
import org.bufferyard.api.iommu.DomainType;
import org.bufferyard.api.iommu.Geometry;
import org.bufferyard.api.iommu.IommuContext;
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
  static final long PAGE_SIZES = Descriptor.SMALL_PAGE | Descriptor.LARGE_PAGE | Descriptor.SECTION;
  static final long APERTURE_END = 0xffff_ffffL;

  private static final Geometry PAGED = new Geometry(PAGE_SIZES, 0, APERTURE_END, true, true);
  private static final Geometry EMPTY = new Geometry(0, 0, APERTURE_END, true, true);
  private static final Rule MAP = Rule.of("H5", "exynos_iommu_map");

  private final Sysmmu owner;
  private final DomainType type;
  private final EventSink events;
  private final Descriptor format;
  private final PageTable table;
  private final List<Sysmmu> clients = new ArrayList<>();

  /** IOVA and size of what was unmapped since the last sync, two words each. */
  private int[] unflushed = new int[16];

  private int unflushedWords;

  SysmmuDomain(Sysmmu owner, DomainType type, IommuContext context, long zeroTable) {
    this.owner = owner;
    this.type = type;
    this.events = context.events();
    this.format = owner.version().format();
    this.table = new PageTable(context, format, zeroTable);
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
    return unflushedWords > 0;
  }

  @Override
  public Geometry geometry() {
    return type == DomainType.BLOCKED ? EMPTY : PAGED;
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

  /** What the core has seen to: a blocked domain is no paging one, sizes and alignment are right. */
  private boolean isPage(long iova, long pageSize, long count) {
    return type != DomainType.BLOCKED
        && Long.bitCount(pageSize & PAGE_SIZES) == 1
        && (pageSize & ~PAGE_SIZES) == 0
        && count > 0
        && (iova & (pageSize - 1)) == 0
        && iova >>> 32 == 0;
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
    if (unflushedWords == unflushed.length) {
      unflushed = Arrays.copyOf(unflushed, 2 * unflushedWords);
    }
    unflushed[unflushedWords++] = (int) iova;
    unflushed[unflushedWords++] = (int) unmapped;
    return unmapped;
  }

  private void complain(DmaEvent.MessageClass kind, String text) {
    events.emit(new DmaEvent.KernelMessage(owner.id(), kind, text));
  }

  @Override
  public long iovaToPhys(long iova) {
    if (iova >>> 32 != 0) {
      return 0;
    }
    int order = table.walk((int) iova);
    return order > 0 ? table.walkedPhys() + (iova & ((1L << order) - 1)) : 0;
  }

  @Override
  public void sync() {
    for (int at = 0; at < unflushedWords; at += 2) {
      for (Sysmmu client : clients) {
        client.flushPage(unflushed[at], unflushed[at + 1]);
      }
    }
    unflushedWords = 0;
  }

  @Override
  public void close() {
    List.copyOf(clients).forEach(Sysmmu::disable);
    table.close();
    owner.forget(this);
  }
}
