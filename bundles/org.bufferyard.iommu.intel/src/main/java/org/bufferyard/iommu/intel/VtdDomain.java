package org.bufferyard.iommu.intel;

import java.util.EnumSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.bufferyard.api.event.DmaEvent;
import org.bufferyard.api.event.EventSink;
import org.bufferyard.api.iommu.Geometry;
import org.bufferyard.api.iommu.Geometry.Trait;
import org.bufferyard.api.iommu.IommuDomain;
import org.bufferyard.api.iommu.IommuProt;
import org.bufferyard.api.iommu.TableWalk;
import org.bufferyard.api.kernel.Errno;
import org.bufferyard.api.kernel.Rule;

/**
 * A paging domain: {@code struct dmar_domain} with its first- or second-level table. Units that serve
 * its devices are told what to flush at {@link #sync} and {@link #flushAll}; until then their caches
 * may answer from pages that are gone. Engine thread only.
 */
final class VtdDomain implements IommuDomain, TableWalk {
  private static final Rule ALREADY_SET = Rule.of("H3", "__domain_mapping").until(6, 19);
  private static final int ACCESS = IommuProt.READ | IommuProt.WRITE;

  private final String owner;
  private final Capabilities unit;
  private final EventSink events;
  private final PageTable table;
  private final long apertureEnd;
  private final Set<Trait> traits;
  private final Set<Vtd> clients = new LinkedHashSet<>();

  /** First and last address unmapped since the last sync; empty while first is above last. */
  private long firstUnflushed;

  private long lastUnflushed = -1;

  VtdDomain(String owner, Capabilities unit, EventSink events, PageTable table) {
    this.owner = owner;
    this.unit = unit;
    this.events = events;
    this.table = table;
    this.apertureEnd = apertureEnd(unit, table);
    this.traits = EnumSet.noneOf(Trait.class);
    if (table instanceof GenericTable) {
      traits.add(Trait.TAKES_RANGES);
    }
    // intel_iommu_init(): "IOMMU batching disallowed due to virtualization".
    if (!unit.isCachingMode() || table.isFirstLevel()) {
      traits.add(Trait.DEFERS_FLUSHES);
    }
  }

  /**
   * What MGAW and the table reach. First-level addresses are canonical, and software keeps to the
   * lower half of them.
   */
  private static long apertureEnd(Capabilities unit, PageTable table) {
    int bits = Math.min(Paging.shift(table.levels()), unit.guestBits());
    return (1L << (table.isFirstLevel() ? bits - 1 : bits)) - 1;
  }

  PageTable table() {
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

  private boolean hasUnflushed() {
    return firstUnflushed <= lastUnflushed;
  }

  /** DMA domains are forced into their aperture, as {@code geometry.force_aperture} says. */
  @Override
  public Geometry geometry() {
    return new Geometry(pageSizes(), 0, apertureEnd, true, false, traits);
  }

  /** pgsize_bitmap. */
  private long pageSizes() {
    int largest = table.isFirstLevel() ? unit.firstLargestLevel() : unit.largestLevel();
    long sizes = 0;
    for (int level = 0; level <= largest; level++) {
      sizes |= Paging.span(level);
    }
    return sizes;
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
    int kept = table.dropped();
    long rc = table.map(iova, phys, level(pageSize), count, prot);
    raiseHazard();
    if (table.dropped() > kept) {
      // A large page took the place of tables: they go after a flush of their own.
      clients.forEach(client -> client.flushTables(this, iova, iova + pageSize * count - 1));
      table.freeDropped(kept);
    }
    if (rc > 0) {
      clients.forEach(client -> client.mapped(this, iova, iova + rc - 1));
    }
    return rc;
  }

  private boolean admits(long iova, long pageSize, long count) {
    return Long.bitCount(pageSize) == 1
        && (pageSize & pageSizes()) != 0
        && (iova & pageSize - 1) == 0
        && Long.compareUnsigned(iova, apertureEnd) <= 0
        && count > 0
        && count <= apertureEnd + 1 - iova >>> Long.numberOfTrailingZeros(pageSize);
  }

  private static int level(long pageSize) {
    return (Long.numberOfTrailingZeros(pageSize) - Paging.PAGE_SHIFT) / Paging.LEVEL_BITS;
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
    clients.forEach(client -> client.doubt(this));
  }

  @Override
  public long iovaToPhys(long iova) {
    return table.phys(iova);
  }

  @Override
  public List<Entry> entries(long iova) {
    return table.entries(iova);
  }

  /** What the kernel's hw_info says: levels, and AW of the second or FSPM of the first level. */
  @Override
  public Map<String, Long> configuration() {
    long levels = table.levels();
    return table.isFirstLevel()
        ? Map.of("levels", levels, "fspm", levels - 4)
        : Map.of("levels", levels, "aw", levels - 2);
  }

  @Override
  public void sync() {
    if (hasUnflushed()) {
      clients.forEach(client -> client.flush(this, firstUnflushed, lastUnflushed));
      forgetUnflushed();
    }
  }

  /** intel_flush_iotlb_all(). */
  @Override
  public void flushAll() {
    clients.forEach(client -> client.flushAll(this));
    forgetUnflushed();
  }

  private void forgetUnflushed() {
    firstUnflushed = 0;
    lastUnflushed = -1;
    table.freeDropped(0);
  }

  @Override
  public void close() {
    List.copyOf(clients).forEach(client -> client.evict(this));
    table.close();
  }
}
