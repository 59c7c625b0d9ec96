package org.bufferyard.iommu.arm.m4u;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import org.bufferyard.api.event.DmaEvent;
import org.bufferyard.api.iommu.Geometry;
import org.bufferyard.api.iommu.IommuContext;
import org.bufferyard.api.iommu.IommuDomain;
import org.bufferyard.api.iommu.TableWalk;
import org.bufferyard.api.kernel.Errno;
import org.bufferyard.iommu.arm.pgtable.PageTable;
import org.bufferyard.iommu.arm.pgtable.PageTables;
import org.bufferyard.iommu.arm.pgtable.TableMemory;
import org.bufferyard.iommu.arm.pgtable.TlbFlush;

/**
 * A domain with a table: {@code struct mtk_iommu_domain}. Its part of the input addresses is that
 * of the group it was made for, else of the first port that is attached.
 *
 * <p>Unmapped ranges gather to one until {@link #sync}, gaps included
 * (iommu_iotlb_gather_add_range); a map flushes what it mapped (iotlb_sync_map). The table tells no
 * cache of its own: the range covers every table that went.
 *
 * <p>Where DRAM is so large, bit 32 of an address is always set in the table, and what comes out
 * above 5 GiB lost it again on the way to DRAM. Engine thread only.
 */
final class M4uDomain implements IommuDomain, TableWalk, TlbFlush {
  private static final long BIT_32 = 1L << 32;

  /** MTK_IOMMU_4GB_MODE_REMAP_BASE. */
  private static final long REMAP_BASE = 0x1_4000_0000L;

  private final M4u owner;
  private final M4uParameters parameters;
  private final IommuContext context;
  private final PageTable table;
  private final List<M4u> clients = new ArrayList<>();

  private OptionalInt region;

  /** What caches have yet to forget; from above to below while there is nothing. */
  private long gatherStart = -1L;

  private long gatherLast;

  M4uDomain(M4u owner, M4uParameters parameters, IommuContext context, OptionalInt region) {
    this.owner = owner;
    this.parameters = parameters;
    this.context = context;
    this.region = region;
    this.table =
        PageTables.open(
                parameters.table(), new TableMemory(context), context.kernel(), this::warn, this)
            .orElseThrow(() -> new IllegalStateException("no table: " + parameters.table()));
  }

  private void warn(String text) {
    context
        .events()
        .emit(
            new DmaEvent.KernelMessage(
                parameters.id(), DmaEvent.MessageClass.WARNING, "WARNING: " + text));
  }

  PageTable table() {
    return table;
  }

  M4u owner() {
    return owner;
  }

  /** Takes the region of the first port, when none is known yet. */
  void finalise(int ofPort) {
    region = OptionalInt.of(region.orElse(ofPort));
  }

  void enter(M4u client) {
    if (!clients.contains(client)) {
      clients.add(client);
    }
  }

  void leave(M4u client) {
    clients.remove(client);
  }

  /** Whether a cache may hold what the table no longer says. */
  boolean hasUnflushed() {
    return Long.compareUnsigned(gatherStart, gatherLast) <= 0;
  }

  @Override
  public Geometry geometry() {
    return new Geometry(table.pageSizes(), part().base(), part().last(), true, false);
  }

  private IovaRegion part() {
    return parameters.platform().regions().get(region.orElse(0));
  }

  /** What the core has seen to before it calls a driver: size, alignment, aperture. */
  private boolean admits(long iova, long pageSize, long count) {
    return Long.bitCount(pageSize) == 1
        && (pageSize & table.pageSizes()) != 0
        && count > 0
        && (iova & (pageSize - 1)) == 0
        && Long.compareUnsigned(iova, part().base()) >= 0
        && Long.compareUnsigned(iova, part().last()) <= 0;
  }

  /** Pages of a request that lie in the aperture. */
  private long inside(long iova, long pageSize, long count) {
    return Math.min(count, Long.divideUnsigned(part().last() - iova + 1, pageSize));
  }

  @Override
  public long map(long iova, long phys, long pageSize, long count, int prot) {
    if (!admits(iova, pageSize, count) || (phys & (pageSize - 1)) != 0) {
      return Errno.EINVAL.rc();
    }
    if (!table.exists()) {
      return Errno.ENOMEM.rc();
    }
    long out = parameters.enable4Gb() ? phys | BIT_32 : phys;
    long pages = inside(iova, pageSize, count);
    if (pages == 0) {
      return Errno.EINVAL.rc();
    }
    long mapped = table.map(iova, out, pageSize, pages, prot);
    if (mapped > 0) {
      flush(iova, iova + mapped - 1);
    }
    return mapped;
  }

  @Override
  public long unmap(long iova, long pageSize, long count) {
    if (!admits(iova, pageSize, count) || !table.exists()) {
      return 0;
    }
    long pages = inside(iova, pageSize, count);
    if (pages == 0) {
      return 0;
    }
    long last = iova + pageSize * pages - 1;
    gatherStart = Long.compareUnsigned(iova, gatherStart) < 0 ? iova : gatherStart;
    gatherLast = Long.compareUnsigned(last, gatherLast) > 0 ? last : gatherLast;
    return table.unmap(iova, pageSize, pages);
  }

  @Override
  public void addPage(long iova, long sizeBytes) {
    // iommu_flush_ops are left out: unmap() has gathered it.
  }

  @Override
  public void flushWalk(long iova, long sizeBytes, long granule) {
    // The same.
  }

  @Override
  public long iovaToPhys(long iova) {
    return table.exists() ? toCpu(table.phys(iova)) : 0;
  }

  /** The CPU's address of what the M4U puts out. */
  long toCpu(long out) {
    return parameters.enable4Gb() && out >= REMAP_BASE ? out & ~BIT_32 : out;
  }

  @Override
  public void sync() {
    if (hasUnflushed()) {
      flush(gatherStart, gatherLast);
      gatherStart = -1L;
      gatherLast = 0;
    }
  }

  private void flush(long start, long last) {
    clients.forEach(client -> client.flushRange(this, start, last));
  }

  @Override
  public List<Entry> entries(long iova) {
    return table.entries(iova);
  }

  @Override
  public Map<String, Long> configuration() {
    return table.configuration();
  }

  @Override
  public void close() {
    List.copyOf(clients).forEach(client -> client.closed(this));
    owner.forget(this);
    table.close();
  }
}
