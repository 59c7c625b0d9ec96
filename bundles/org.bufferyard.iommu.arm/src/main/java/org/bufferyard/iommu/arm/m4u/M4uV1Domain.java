package org.bufferyard.iommu.arm.m4u;

import java.util.List;
import java.util.Map;
import org.bufferyard.api.event.DmaEvent;
import org.bufferyard.api.iommu.Geometry;
import org.bufferyard.api.iommu.IommuContext;
import org.bufferyard.api.iommu.IommuDomain;
import org.bufferyard.api.iommu.TableWalk;
import org.bufferyard.api.kernel.Errno;
import org.bufferyard.api.kernel.Rule;
import org.bufferyard.iommu.arm.pgtable.TableMemory;

/**
 * {@code struct mtk_iommu_v1_domain}: map and unmap flush what they changed before they return, and
 * unmap counts pages that were not mapped.
 *
 * <p>Deviation: iova_to_phys() of the driver gives the page, here the byte. Engine thread only.
 */
final class M4uV1Domain implements IommuDomain, TableWalk {
  private static final Rule MAP = Rule.of("H2", "mtk_iommu_v1_map");
  private static final long LAST = 0xffff_ffffL;

  private final M4uV1 unit;
  private final IommuContext context;
  private final FlatTable table;

  M4uV1Domain(M4uV1 unit, IommuContext context) {
    this.unit = unit;
    this.context = context;
    this.table = new FlatTable(new TableMemory(context));
  }

  FlatTable table() {
    return table;
  }

  @Override
  public Geometry geometry() {
    return new Geometry(FlatTable.PAGE, 0, LAST, true, false);
  }

  private static boolean admits(long iova, long pageSize, long count) {
    return pageSize == FlatTable.PAGE
        && count > 0
        && (iova & (FlatTable.PAGE - 1)) == 0
        && iova >>> Integer.SIZE == 0;
  }

  /** Bytes of a request that lie in the aperture. */
  private static long inside(long iova, long count) {
    return Math.min(count, LAST + 1 - iova >>> FlatTable.PAGE_SHIFT) << FlatTable.PAGE_SHIFT;
  }

  @Override
  public long map(long iova, long phys, long pageSize, long count, int prot) {
    if (!admits(iova, pageSize, count) || (phys & (FlatTable.PAGE - 1)) != 0) {
      return Errno.EINVAL.rc();
    }
    if (!table.exists()) {
      return Errno.ENOMEM.rc();
    }
    long bytes = inside(iova, count);
    long done = 0;
    while (done < bytes && table.entry(iova + done) == 0) {
      table.set(iova + done, phys + done);
      done += FlatTable.PAGE;
    }
    if (done == 0) {
      return Errno.EEXIST.rc();
    }
    if ((phys + done - 1) >>> Integer.SIZE != 0) {
      context
          .events()
          .emit(
              new DmaEvent.HazardRaised(
                  MAP,
                  unit.id(),
                  "phys %#x has no bits in a 32-bit entry: iova %#x reaches %#x instead"
                      .formatted(phys, iova, iovaToPhys(iova))));
    }
    unit.flushRange(this, iova, iova + done - 1);
    return done;
  }

  @Override
  public long unmap(long iova, long pageSize, long count) {
    if (!admits(iova, pageSize, count) || !table.exists()) {
      return 0;
    }
    long bytes = inside(iova, count);
    for (long done = 0; done < bytes; done += FlatTable.PAGE) {
      table.clear(iova + done);
    }
    unit.flushRange(this, iova, iova + bytes - 1);
    return bytes;
  }

  @Override
  public long iovaToPhys(long iova) {
    return table.walk(iova) == FlatTable.Found.PAGE ? table.walkedPhys() : 0;
  }

  @Override
  public void sync() {
    // Nothing waits: map and unmap have flushed.
  }

  @Override
  public List<Entry> entries(long iova) {
    if (table.walk(iova) != FlatTable.Found.PAGE) {
      return List.of();
    }
    long entry = Integer.toUnsignedLong(table.entry(iova));
    return List.of(
        new Entry(
            1, iova >>> FlatTable.PAGE_SHIFT, entry, Integer.BYTES, FlatTable.PAGE, 1));
  }

  @Override
  public Map<String, Long> configuration() {
    return Map.of();
  }

  @Override
  public void close() {
    unit.closed(this);
    table.close();
  }
}
