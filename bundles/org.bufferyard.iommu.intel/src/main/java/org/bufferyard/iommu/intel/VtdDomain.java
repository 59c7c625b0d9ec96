package org.bufferyard.iommu.intel;

import java.util.EnumSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.bufferyard.api.event.DmaEvent;
import org.bufferyard.api.event.EventSink;
import org.bufferyard.api.iommu.Geometry;
import org.bufferyard.api.iommu.Geometry.Trait;
import org.bufferyard.api.iommu.IommuDomain;
import org.bufferyard.api.iommu.IommuProt;
import org.bufferyard.api.kernel.Errno;
import org.bufferyard.api.kernel.Rule;

/**
 * A paging domain: {@code struct dmar_domain} with its second-level table. Units that serve its
 * devices are told what to flush at {@link #sync}; until then their caches may answer from pages
 * that are gone. Engine thread only.
 */
final class VtdDomain implements IommuDomain {
  private static final Rule ALREADY_SET = Rule.of("H3", "__domain_mapping").until(6, 19);
  private static final int ACCESS = IommuProt.READ | IommuProt.WRITE;

  private final String owner;
  private final Capabilities unit;
  private final EventSink events;
  private final SecondLevelTable table;
  private final Set<Trait> traits;
  private final Set<Vtd> clients = new LinkedHashSet<>();

  /** First and last address unmapped since the last sync; empty while first is above last. */
  private long firstUnflushed;

  private long lastUnflushed = -1;

  VtdDomain(String owner, Capabilities unit, EventSink events, SecondLevelTable table) {
    this.owner = owner;
    this.unit = unit;
    this.events = events;
    this.table = table;
    this.traits =
        table instanceof GenericTable
            ? EnumSet.of(Trait.TAKES_RANGES, Trait.DEFERS_FLUSHES)
            : EnumSet.of(Trait.DEFERS_FLUSHES);
  }

  SecondLevelTable table() {
    return table;
  }

  Capabilities unit() {
    return unit;
  }

  void enter(Vtd client) {
    clients.add(client);
  }

  void leave(Vtd client) {
    clients.remove(client);
  }

  /** Whether a cache may hold what the table no longer says. */
  boolean hasUnflushed() {
    return firstUnflushed <= lastUnflushed;
  }

  /** DMA domains are forced into their aperture, as {@code geometry.force_aperture} says. */
  @Override
  public Geometry geometry() {
    return new Geometry(unit.pageSizes(), 0, table.reach() - 1, true, false, traits);
  }

  @Override
  public long map(long iova, long phys, long pageSize, long count, int prot) {
    if (!admits(iova, pageSize, count)
        || (phys & pageSize - 1) != 0
        || (prot & ACCESS) == 0) {
      return Errno.EINVAL.rc();
    }
    if (!table.exists()) {
      return Errno.ENOMEM.rc();
    }
    long rc = table.map(iova, phys, level(pageSize), count, prot);
    raiseHazard();
    return rc;
  }

  private boolean admits(long iova, long pageSize, long count) {
    return Long.bitCount(pageSize) == 1
        && (pageSize & unit.pageSizes()) != 0
        && (iova & pageSize - 1) == 0
        && Long.compareUnsigned(iova, table.reach()) < 0
        && count > 0
        && count <= table.reach() - iova >>> Long.numberOfTrailingZeros(pageSize);
  }

  private static int level(long pageSize) {
    return (Long.numberOfTrailingZeros(pageSize) - SecondLevelEntry.PAGE_SHIFT)
        / SecondLevelEntry.LEVEL_BITS;
  }

  private void raiseHazard() {
    if (!table.hazard().isEmpty()) {
      events.emit(
          new DmaEvent.KernelMessage(owner, DmaEvent.MessageClass.WARNING, table.hazard()));
      events.emit(new DmaEvent.HazardRaised(ALREADY_SET, owner, table.hazard()));
    }
  }

  @Override
  public long unmap(long iova, long pageSize, long count) {
    if (!admits(iova, pageSize, count) || !table.exists()) {
      return 0;
    }
    long unmapped = table.unmap(iova, pageSize * count);
    raiseHazard();
    if (unmapped > 0) {
      noteUnflushed(iova, iova + unmapped - 1);
    }
    return unmapped;
  }

  /** iommu_iotlb_gather_add_page(), but disjoint ranges are gathered into one around both. */
  private void noteUnflushed(long first, long last) {
    if (hasUnflushed()) {
      firstUnflushed = Math.min(firstUnflushed, first);
      lastUnflushed = Math.max(lastUnflushed, last);
    } else {
      firstUnflushed = first;
      lastUnflushed = last;
    }
  }

  @Override
  public long iovaToPhys(long iova) {
    return table.phys(iova);
  }

  @Override
  public void sync() {
    if (hasUnflushed()) {
      clients.forEach(client -> client.flush(this, firstUnflushed, lastUnflushed));
      firstUnflushed = 0;
      lastUnflushed = -1;
    }
  }

  @Override
  public void close() {
    List.copyOf(clients).forEach(client -> client.evict(this));
    table.close();
  }
}
