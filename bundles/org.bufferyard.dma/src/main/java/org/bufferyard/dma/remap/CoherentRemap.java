package org.bufferyard.dma.remap;

import static org.bufferyard.api.dma.DmaAddress.hex;

import java.util.List;
import java.util.Optional;
import org.bufferyard.api.dma.Allocation;
import org.bufferyard.api.dma.Dma.SgResult;
import org.bufferyard.api.dma.DmaDirection;
import org.bufferyard.api.event.DmaEvent;
import org.bufferyard.api.memory.PageRef;
import org.bufferyard.api.memory.Segment;
import org.bufferyard.api.memory.SgTable;
import org.bufferyard.dma.allocation.AllocationRules;
import org.bufferyard.dma.mapping.LiveMappings;
import org.bufferyard.dma.mapping.MappingRules;
import org.bufferyard.dma.mapping.Masks;
import org.bufferyard.dma.mapping.Trail;
import org.bufferyard.platform.yard.Domain;
import org.bufferyard.platform.yard.MappingLedger.Kind;
import org.bufferyard.platform.yard.YardDevice;

/**
 * DMA coherent remap (P4, P5): a coherent allocation of X made addressable for Y. Never a bounce,
 * never a page, no cache maintenance. Engine thread only.
 */
public final class CoherentRemap {
  private final RemapThroughIommu translated;
  private final RemapDirect direct;
  private final LiveMappings live;
  private final Trail trail;

  public CoherentRemap(
      RemapThroughIommu translated, RemapDirect direct, LiveMappings live, Trail trail) {
    this.translated = translated;
    this.direct = direct;
    this.live = live;
    this.trail = trail;
  }

  /** dma_check_dev_coherent() (P1). */
  public boolean checkDevCoherent(YardDevice device, Allocation allocation) {
    boolean coherent =
        allocation.source().isCoherentPool() && allocation.owner().equals(device.id());
    if (trail.on()) {
      trail.decided(
          RemapRules.CHECK,
          device.id(),
          "handle " + hex(allocation.handle()) + " was served by " + allocation.source()
              + ": coherent ops " + (coherent ? "apply" : "do not apply"),
          "source",
          allocation.source().name());
    }
    return coherent;
  }

  public SgResult map(
      YardDevice exporter, Allocation allocation, YardDevice importer, DmaDirection direction) {
    Optional<Domain> domain = Masks.dmaDomain(importer);
    SgResult result;
    if (sharesSpace(exporter, allocation, importer)) {
      result = sameAddresses(exporter, allocation, importer, domain);
    } else if (domain.isPresent()) {
      result = translated.map(domain.get(), exporter, allocation, importer, direction);
    } else {
      result = direct.map(allocation, importer);
    }
    result.table().ifPresent(t -> remapped(importer, t, direction));
    return result;
  }

  private void remapped(YardDevice importer, SgTable table, DmaDirection direction) {
    if (trail.on()) {
      trail.emit(
          new DmaEvent.Remapped(
              importer.id(), direction.code(), addresses(table), lengths(table)));
      checkLength(importer, table);
    }
  }

  private static long[] addresses(SgTable table) {
    return table.segments().stream().mapToLong(Segment::dma).toArray();
  }

  private static long[] lengths(SgTable table) {
    return table.segments().stream().mapToLong(Segment::dmaLength).toArray();
  }

  /** P4.1: the same device, or one domain in which the handle is an IOVA. */
  private static boolean sharesSpace(
      YardDevice exporter, Allocation allocation, YardDevice importer) {
    if (exporter.id().equals(importer.id())) {
      return true;
    }
    Optional<Domain> theirs = Masks.dmaDomain(exporter);
    Optional<Domain> ours = Masks.dmaDomain(importer);
    return theirs.isPresent()
        && ours.isPresent()
        && theirs.get().id().equals(ours.get().id())
        && !allocation.source().isCoherentPool();
  }

  private SgResult sameAddresses(
      YardDevice exporter, Allocation allocation, YardDevice importer, Optional<Domain> domain) {
    long size = PageRef.align(allocation.sizeBytes());
    long handle = allocation.handle();
    if (trail.on()) {
      trail.decided(
          RemapRules.SAME_SPACE,
          importer.id(),
          (exporter.id().equals(importer.id())
                  ? importer.name() + " is the exporter"
                  : importer.name() + " shares the domain of " + exporter.name())
              + ": same address "
              + hex(handle)
              + ", nothing is mapped",
          "dma",
          hex(handle),
          "size",
          Long.toString(size));
      if (domain.isPresent()
          && domain.get().table().iovaToPhys(handle) != allocation.physAt(0)) {
        trail.hazard(
            AllocationRules.DEVICE_POOL,
            importer.id(),
            "handle " + hex(handle) + " is a bus address and " + domain.get().iommu()
                + " does not map it: the access faults");
      }
    }
    SgTable table = SgTable.ofDma(List.of(new Segment.DmaOnly(handle, size)));
    live.addList(
        Kind.COHERENT_REMAP, table, importer.id(), handle, size, false, CoherentRemap::nothing);
    return SgResult.of(table);
  }

  private static void nothing() {}

  private void checkLength(YardDevice importer, SgTable table) {
    for (Segment s : table.segments()) {
      if (Long.compareUnsigned(s.dmaLength(), importer.maxSegmentSize()) > 0) {
        trail.hazard(
            RemapRules.TOO_LONG,
            importer.id(),
            "segment of "
                + s.dmaLength()
                + " bytes is longer than the "
                + importer.maxSegmentSize()
                + " that "
                + importer.name()
                + " claims to support; it is not split");
      }
    }
  }

  /** P5: undoes exactly what {@link #map} did; the allocation stays. */
  public void unmap(YardDevice importer, SgTable table, DmaDirection direction) {
    LiveMappings.MappedList list = live.removeList(table);
    if (list == null) {
      trail.hazard(
          MappingRules.NOT_MAPPED,
          importer.id(),
          "unmap of a coherent table that is not mapped for " + importer.name());
      return;
    }
    if (trail.on()) {
      trail.emit(
          new DmaEvent.RemapUndone(importer.id(), addresses(table), lengths(table)));
      trail.decided(
          RemapRules.UNMAP,
          importer.id(),
          "coherent mapping at " + hex(list.entry().dma()) + " undone, direction " + direction,
          "dma",
          hex(list.entry().dma()),
          "size",
          Long.toString(list.entry().sizeBytes()));
    }
    list.entry().undo().run();
  }
}
