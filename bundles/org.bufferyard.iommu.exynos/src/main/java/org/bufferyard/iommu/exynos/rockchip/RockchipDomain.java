package org.bufferyard.iommu.exynos.rockchip;

import java.util.ArrayList;
import java.util.List;
import org.bufferyard.api.event.DmaEvent;
import org.bufferyard.api.event.EventSink;
import org.bufferyard.api.iommu.DomainType;
import org.bufferyard.api.iommu.Geometry;
import org.bufferyard.api.iommu.IommuDomain;
import org.bufferyard.api.kernel.Errno;
import org.bufferyard.api.kernel.Rule;
import org.bufferyard.iommu.exynos.PageSizes;
import org.bufferyard.iommu.exynos.PendingFlushes;

/**
 * A domain with a table: rk_iommu_domain. A blocked domain is one whose table stays empty, as the
 * core makes it for drivers without a blocking domain of their own.
 *
 * <p>Several IOMMUs may be in it, because a master with two ports has two of them (D13).
 *
 * <p>rk_iommu_unmap() writes the zaps of its pages before it returns; nothing reads the register
 * back, so that a device's access may still overtake them. Here they land with the next zaps of a
 * map, since writes to one device keep their order, or in {@link #sync}, the latest moment that the
 * core relies on. An access before that may be served by the cache, and says so. A map zaps its
 * first and last page only, as the driver does.
 *
 * <p>The driver takes no large count: every call maps or unmaps one page size. Engine thread only.
 */
final class RockchipDomain implements IommuDomain {
  /** RK_IOMMU_PGSIZE_BITMAP: every power of two from a page to a whole page table. */
  static final PageSizes SIZES = new PageSizes(0x007f_f000);

  private static final Rule MAP = Rule.of("H6", "rk_iommu_map");

  private final RockchipIommu owner;
  private final DomainType type;
  private final EventSink events;
  private final DirectoryTable table;
  private final List<RockchipIommu> clients = new ArrayList<>();
  private final PendingFlushes unzapped = new PendingFlushes();

  RockchipDomain(RockchipIommu owner, DomainType type, EventSink events, DirectoryTable table) {
    this.owner = owner;
    this.type = type;
    this.events = events;
    this.table = table;
  }

  DirectoryTable table() {
    return table;
  }

  void enter(RockchipIommu client) {
    clients.add(client);
  }

  void leave(RockchipIommu client) {
    clients.remove(client);
  }

  /** Whether a cache may hold what the table no longer says. */
  boolean hasUnzapped() {
    return !unzapped.isEmpty();
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
      complain(rc, iova, phys, prot);
      return rc;
    }
    if (!table.format().reaches(phys + pageSize - 1)) {
      events.emit(
          new DmaEvent.HazardRaised(
              MAP,
              owner.id(),
              "phys %#x has no bits in a page table entry: iova %#x reaches %#x instead"
                  .formatted(phys, iova, iovaToPhys(iova))));
    }
    zapFirstAndLast((int) iova, (int) pageSize);
    return pageSize;
  }

  private boolean isPage(long iova, long pageSize, long count) {
    return type != DomainType.BLOCKED && SIZES.admit(iova, pageSize, count);
  }

  /** Only an occupied page has a line in the kernel log. */
  private void complain(int rc, long iova, long phys, int prot) {
    if (rc == Errno.EADDRINUSE.rc()) {
      long occupied = table.occupiedIova();
      events.emit(
          new DmaEvent.KernelMessage(
              owner.id(),
              DmaEvent.MessageClass.WARNING,
              "iova: %#x already mapped to %#x cannot remap to phys: %#x prot: %#x"
                  .formatted(occupied, table.occupiedPhys(), phys + occupied - iova, prot)));
    }
  }

  /** rk_iommu_zap_iova_first_last(). */
  private void zapFirstAndLast(int iova, int size) {
    sync();
    for (RockchipIommu client : clients) {
      client.zapLines(iova, TableWalk.PAGE);
      if (size > TableWalk.PAGE) {
        client.zapLines(iova + size - TableWalk.PAGE, TableWalk.PAGE);
      }
    }
  }

  @Override
  public long unmap(long iova, long pageSize, long count) {
    if (!isPage(iova, pageSize, count) || !table.exists()) {
      return 0;
    }
    int unmapped = table.unmap((int) iova, pageSize);
    if (unmapped > 0) {
      unzapped.add((int) iova, unmapped);
    }
    return unmapped;
  }

  @Override
  public long iovaToPhys(long iova) {
    return table.phys(iova);
  }

  /** Lets the zaps of rk_iommu_unmap() land. */
  @Override
  public void sync() {
    for (int i = 0; i < unzapped.count(); i++) {
      for (RockchipIommu client : clients) {
        client.zapLines(unzapped.iova(i), unzapped.sizeBytes(i));
      }
    }
    unzapped.clear();
  }

  @Override
  public void close() {
    List.copyOf(clients).forEach(RockchipIommu::disable);
    table.close();
    owner.forget(this);
  }
}
