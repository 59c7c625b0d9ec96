package org.bufferyard.iommu.exynos;

import java.util.ArrayList;
import java.util.List;
import org.bufferyard.api.iommu.DomainType;
import org.bufferyard.api.iommu.Geometry;
import org.bufferyard.api.iommu.IommuDomain;
import org.bufferyard.api.kernel.Errno;

/**
 * A domain with a table: exynos_iommu_domain, rk_iommu_domain. A blocked domain is one whose table
 * stays empty, as the core makes it for drivers without a blocking domain of their own.
 *
 * <p>Several IOMMUs may be in it, because a master with two ports has two of them (D13).
 *
 * <p>Both drivers write the flushes of an unmapped page before unmap returns; nothing reads the
 * register back, so that a device's access may still overtake them. Here they land with those of a
 * later map where that driver flushes then, since writes to one device keep their order, or in
 * {@link #sync}, the latest moment that the core relies on. An access before that may be served by
 * the cache, and says so.
 *
 * <p>The drivers take no large count: every call maps or unmaps one page size. Engine thread only.
 */
final class MasterDomain implements IommuDomain {
  private final MasterIommu owner;
  private final DomainType type;
  private final MappedTable table;
  private final List<MasterIommu> clients = new ArrayList<>();
  private final PendingFlushes unflushed = new PendingFlushes();

  MasterDomain(MasterIommu owner, DomainType type, MappedTable table) {
    this.owner = owner;
    this.type = type;
    this.table = table;
  }

  MappedTable table() {
    return table;
  }

  void enter(MasterIommu client) {
    clients.add(client);
  }

  void leave(MasterIommu client) {
    clients.remove(client);
  }

  /** Whether a cache may hold what the table no longer says. */
  boolean hasUnflushed() {
    return !unflushed.isEmpty();
  }

  @Override
  public Geometry geometry() {
    return owner.mmu().sizes().geometry(type);
  }

  private boolean isPage(long iova, long pageSize, long count) {
    return type != DomainType.BLOCKED && owner.mmu().sizes().admit(iova, pageSize, count);
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
      owner.mmu().tellRefused(table, rc, iova, phys, pageSize, prot);
      return rc;
    }
    if (!table.reaches(phys + pageSize - 1)) {
      owner.mmu().tellCut(table, iova, phys);
    }
    if (owner.mmu().mapsInOrder()) {
      sync();
    }
    clients.forEach(client -> client.mmu().mapped(table, (int) iova, (int) pageSize));
    return pageSize;
  }

  @Override
  public long unmap(long iova, long pageSize, long count) {
    if (!isPage(iova, pageSize, count) || !table.exists()) {
      return 0;
    }
    long gone = table.unmap((int) iova, pageSize);
    if (gone < 0) {
      owner.mmu().tellPart(iova, pageSize, -gone);
      return 0;
    }
    if (gone > 0) {
      unflushed.add((int) iova, (int) gone);
    }
    return gone;
  }

  @Override
  public long iovaToPhys(long iova) {
    return table.phys(iova);
  }

  /** Lets the flushes of earlier unmaps land. */
  @Override
  public void sync() {
    for (int i = 0; i < unflushed.count(); i++) {
      for (MasterIommu client : clients) {
        client.mmu().unmapped(unflushed.iova(i), unflushed.sizeBytes(i));
      }
    }
    unflushed.clear();
  }

  @Override
  public void close() {
    List.copyOf(clients).forEach(MasterIommu::disable);
    table.close();
    owner.forget(this);
  }
}
