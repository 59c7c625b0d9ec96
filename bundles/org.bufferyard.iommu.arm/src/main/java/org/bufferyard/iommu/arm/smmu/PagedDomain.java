package org.bufferyard.iommu.arm.smmu;

import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import org.bufferyard.api.event.DmaEvent;
import org.bufferyard.api.iommu.Geometry;
import org.bufferyard.api.iommu.IommuContext;
import org.bufferyard.api.iommu.IommuDomain;
import org.bufferyard.api.iommu.TableWalk;
import org.bufferyard.api.kernel.Errno;
import org.bufferyard.iommu.arm.pgtable.PageTable;
import org.bufferyard.iommu.arm.pgtable.PageTables;
import org.bufferyard.iommu.arm.pgtable.TableMemory;
import org.bufferyard.iommu.arm.pgtable.TableRequest;
import org.bufferyard.iommu.arm.pgtable.TlbFlush;

/**
 * A domain with a table: {@code struct arm_smmu_domain}. Unmapped pages gather until {@link #sync};
 * a page that does not join the gathered range has it flushed first, as
 * iommu_iotlb_gather_add_page() does. Engine thread only.
 */
final class PagedDomain implements IommuDomain, TableWalk, TlbFlush {
  private final String unit;
  private final IommuContext context;
  private final Invalidator caches;
  private final PageTable table;
  private final int tag;
  private final boolean queued;
  private final Gather gather = new Gather();

  /** Pages of a queued domain are gone that caches may hold. */
  private boolean behind;

  /**
   * @param unit id of its SMMU
   * @param tag its ASID, VMID or context bank
   * @param queued whether a flush queue flushes it, which forgets all of it at once
   * @throws IllegalArgumentException when the format cannot do what is asked
   */
  PagedDomain(
      String unit,
      IommuContext context,
      TableMemory memory,
      TableRequest request,
      Invalidator caches,
      int tag,
      boolean queued) {
    this.unit = unit;
    this.context = context;
    this.caches = caches;
    this.tag = tag;
    this.queued = queued;
    this.table =
        PageTables.open(request, memory, context.kernel(), this::warn, this)
            .orElseThrow(
                () -> new IllegalArgumentException("SMMU " + unit + ": no table for " + request));
  }

  private void warn(String text) {
    context
        .events()
        .emit(
            new DmaEvent.KernelMessage(unit, DmaEvent.MessageClass.WARNING, "WARNING: " + text));
  }

  PageTable table() {
    return table;
  }

  int tag() {
    return tag;
  }

  /** Whether a cache may hold what the table no longer says. */
  boolean hasUnflushed() {
    return behind || !gather.isEmpty();
  }

  @Override
  public Geometry geometry() {
    return new Geometry(
        table.pageSizes(),
        0,
        (1L << table.inputBits()) - 1,
        true,
        false,
        EnumSet.of(Geometry.Trait.DEFERS_FLUSHES));
  }

  /** What iommu_map() has seen to before it calls a driver. */
  private boolean admits(long iova, long pageSize, long count) {
    return Long.bitCount(pageSize) == 1
        && (pageSize & table.pageSizes()) != 0
        && count > 0
        && (iova & (pageSize - 1)) == 0;
  }

  @Override
  public long map(long iova, long phys, long pageSize, long count, int prot) {
    if (!admits(iova, pageSize, count) || (phys & (pageSize - 1)) != 0) {
      return Errno.EINVAL.rc();
    }
    return table.exists() ? table.map(iova, phys, pageSize, count, prot) : Errno.ENOMEM.rc();
  }

  @Override
  public long unmap(long iova, long pageSize, long count) {
    boolean possible =
        admits(iova, pageSize, count) && table.exists() && iova >>> table.inputBits() == 0;
    return possible ? table.unmap(iova, pageSize, count) : 0;
  }

  @Override
  public void addPage(long iova, long sizeBytes) {
    if (queued) {
      // iommu_iotlb_gather_queued(): nothing gathers, the queue flushes it all.
      behind = true;
      return;
    }
    if (!gather.takes(iova, sizeBytes)) {
      sync();
    }
    gather.add(iova, sizeBytes);
  }

  @Override
  public void flushWalk(long iova, long sizeBytes, long granule) {
    caches.range(this, iova, iova + sizeBytes - 1, granule, false);
  }

  @Override
  public long iovaToPhys(long iova) {
    return table.exists() ? table.phys(iova) : 0;
  }

  @Override
  public void sync() {
    if (behind) {
      caches.all(this);
      behind = false;
    }
    if (!gather.isEmpty()) {
      caches.range(this, gather.start(), gather.last(), gather.pageSize(), true);
      gather.clear();
    }
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
    if (table.exists()) {
      caches.all(this);
      gather.clear();
      behind = false;
      caches.closed(this);
      table.close();
    } else {
      caches.closed(this);
    }
  }
}
