package org.bufferyard.iommu.exynos;

import org.bufferyard.api.event.DmaEvent.HazardRaised;
import org.bufferyard.api.event.DmaEvent.KernelMessage;
import org.bufferyard.api.event.DmaEvent.MessageClass;
import org.bufferyard.api.iommu.IommuContext;
import org.bufferyard.api.iommu.IommuUnit;
import org.bufferyard.api.iommu.StreamId;
import org.bufferyard.api.iommu.TlbCounts;
import org.bufferyard.api.iommu.Translation;
import org.bufferyard.api.kernel.Errno;
import org.bufferyard.api.kernel.Rule;

/**
 * One System MMU, versions 1 to 5, as drivers/iommu/exynos-iommu.c drives it (SEMANTICS H5): 32-bit
 * IOVA, two levels of descriptors in memory ({@link PageTable}, {@link Descriptor}), pages of 4
 * KiB, 64 KiB and 1 MiB, the set-associative TLB with its flushes ({@link Tlb}), the first-level
 * cache flush of 3.3 and 5 when a second level appears, the faults that a translation raises
 * ({@link SysmmuFault}), bypass while it is disabled.
 *
 * <p>Not modelled:
 *
 * <ul>
 *   <li>version 7 and its virtual machine registers; 16 MiB supersections
 *   <li>MULTI-HIT and SECURITY PROTECTION faults; what the interrupt handler does with a fault that
 *       nobody handles (it panics) is the platform's to say
 *   <li>caching of faulty entries and prefetch in 3.1 to 3.3, against which the driver's comment
 *       wants holes between IOVA regions
 *   <li>{@code sysmmu_block()} that times out and so loses a flush; runtime power management, which
 *       skips flushes of a sleeping unit and starts it with an empty TLB
 *   <li>the CPU caches between driver and walker: the driver cleans every entry it writes
 *   <li>replacement other than round robin; QoS and clocks
 * </ul>
 *
 * <p>Cost of an access: 8 compares for a hit; two word reads more for a miss, or while unmapped
 * pages wait for their flush. Engine thread only.
 */
final class Sysmmu implements MasterMmu {
  private static final PageSizes SIZES =
      new PageSizes(Descriptor.SMALL_PAGE | Descriptor.LARGE_PAGE | Descriptor.SECTION);
  private static final Rule MAP = Rule.of("H5", "exynos_iommu_map");

  private final IommuUnit unit;
  private final SysmmuVersion version;
  private final IommuContext context;
  private final TableMemory tables;
  private final CachedWalk cache;

  /** zero_lv2_table; {@code NONE} before the first domain. */
  private long zeroTable = TableMemory.NONE;

  Sysmmu(IommuUnit unit, SysmmuVersion version, IommuContext context) {
    this.unit = unit;
    this.version = version;
    this.context = context;
    this.tables = new TableMemory(context, version.format().addressBits());
    this.cache = new CachedWalk(version.major() == 2);
  }

  @Override
  public PageSizes sizes() {
    return SIZES;
  }

  @Override
  public PageTable newTable() {
    if (zeroTable == TableMemory.NONE) {
      zeroTable = tables.allocate(PageTable.L2_SIZE);
    }
    return new PageTable(tables, version.format(), zeroTable);
  }

  @Override
  public boolean walks(MappedTable table) {
    return table instanceof PageTable own && own.format() == version.format();
  }

  @Override
  public boolean keepsTheSame() {
    return false;
  }

  /** __sysmmu_enable(). */
  @Override
  public void enable(MappedTable table) {
    cache.flushAll();
  }

  /** __sysmmu_disable(): the next one that enables it flushes. */
  @Override
  public void disable() {}

  @Override
  public Translation translate(
      MappedTable table, StreamId stream, long address, boolean write, boolean mayDisagree) {
    if (address >>> 32 != 0) {
      return fault(SysmmuFault.PAGE, stream, address, write);
    }
    CachedWalk.Outcome outcome = cache.access(table, (int) address, write, mayDisagree);
    return switch (outcome) {
      case REACHED -> new Translation.Translated(cache.phys(), false);
      case STALE -> new Translation.Translated(cache.phys(), true);
      case NOTHING -> fault(SysmmuFault.PAGE, stream, address, write);
      case DENIED -> fault(SysmmuFault.ACCESS, stream, address, write);
      case BROKEN -> fault(SysmmuFault.WALK, stream, address, write);
    };
  }

  /** exynos_sysmmu_irq(), show_fault_information(). */
  private Translation fault(SysmmuFault fault, StreamId stream, long address, boolean write) {
    if (context.events().on()) {
      String master = context.clientName(stream);
      tell(MessageClass.IOMMU_FAULT, prefix() + fault.line(master, address, write, version));
    }
    return fault.at(address, write, version);
  }

  private String prefix() {
    return "exynos-sysmmu " + unit.deviceName() + ": ";
  }

  private void tell(MessageClass kind, String text) {
    context.events().emit(new KernelMessage(unit.id(), kind, text));
  }

  @Override
  public boolean mapsInOrder() {
    return false;
  }

  /** sysmmu_tlb_invalidate_flpdcache(). */
  @Override
  public void mapped(MappedTable table, int iova, int size) {
    if (!(table instanceof PageTable own) || !own.replacedZeroLink()) {
      return;
    }
    if (version.atLeast(5, 0)) {
      cache.flushAll();
    } else if (version.atLeast(3, 3)) {
      cache.flushEntry(iova);
    }
  }

  /** sysmmu_tlb_invalidate_entry(). */
  @Override
  public void unmapped(int iova, int size) {
    int flushes = version.flushesFor(Integer.toUnsignedLong(size));
    for (int i = 0; i < flushes; i++) {
      cache.flushEntry(iova + i * (int) Descriptor.SMALL_PAGE);
    }
  }

  @Override
  public void tellRefused(
      MappedTable table, int rc, long iova, long phys, long size, int prot) {
    tell(
        rc == Errno.EADDRINUSE.rc() ? MessageClass.WARNING : MessageClass.INFO,
        "exynos_iommu_map: Failed(%d) to map %#x bytes @ %#x".formatted(rc, size, iova));
  }

  @Override
  public void tellCut(MappedTable table, long iova, long phys) {
    context
        .events()
        .emit(
            new HazardRaised(
                MAP,
                unit.id(),
                "phys %#x has no bits in a 32-bit entry: iova %#x reaches %#x instead"
                    .formatted(phys, iova, table.phys(iova))));
  }

  @Override
  public void tellPart(long iova, long size, long pageSize) {
    tell(
        MessageClass.WARNING,
        "exynos_iommu_unmap: Failed: size(%#x) @ %#x is smaller than page size %#x"
            .formatted(size, iova, pageSize));
  }

  @Override
  public TlbCounts counts() {
    return cache.counts();
  }

  @Override
  public void close() {
    if (zeroTable != TableMemory.NONE) {
      tables.free(zeroTable, PageTable.L2_SIZE);
      zeroTable = TableMemory.NONE;
    }
  }
}
