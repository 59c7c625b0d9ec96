package org.bufferyard.dma.remap;

import static org.bufferyard.api.dma.DmaAddress.hex;

import java.util.ArrayList;
import java.util.List;
import org.bufferyard.api.dma.Allocation;
import org.bufferyard.api.dma.Dma.SgResult;
import org.bufferyard.api.dma.DmaAddress;
import org.bufferyard.api.dma.DmaRange;
import org.bufferyard.api.kernel.Errno;
import org.bufferyard.api.memory.PageRef;
import org.bufferyard.api.memory.PhysRange;
import org.bufferyard.api.memory.Segment;
import org.bufferyard.api.memory.SgTable;
import org.bufferyard.dma.mapping.LiveMappings;
import org.bufferyard.dma.mapping.Reach;
import org.bufferyard.dma.mapping.Trail;
import org.bufferyard.platform.yard.BounceArea;
import org.bufferyard.platform.yard.MappingLedger.Kind;
import org.bufferyard.platform.yard.YardDevice;

/** P4.3: through the importer's bus windows, or -EIO with the limit that says no. */
public final class RemapDirect {
  private final LiveMappings live;
  private final Trail trail;

  public RemapDirect(LiveMappings live, Trail trail) {
    this.live = live;
    this.trail = trail;
  }

  SgResult map(Allocation allocation, YardDevice importer) {
    if (importer.dmaMask().isEmpty()) {
      return refused(importer, importer.name() + " has no DMA mask pointer", "a driver that sets one");
    }
    List<Segment.DmaOnly> segments = new ArrayList<>();
    long rest = PageRef.align(allocation.sizeBytes());
    for (PhysRange run : allocation.runs()) {
      long at = run.base();
      long left = Math.min(rest, run.size());
      rest -= left;
      while (left != 0) {
        long part = Math.min(left, untilWindowEnd(importer, at, left));
        if (!reaches(importer, at, part)) {
          return outOfReach(importer, at, part);
        }
        add(segments, importer.rangeMap().toDma(at), part);
        at += part;
        left -= part;
      }
    }
    for (Segment.DmaOnly s : segments) {
      if (RemapThroughIommu.crosses(s.dma(), s.dmaLength(), importer.segmentBoundary())) {
        return refused(
            importer,
            hex(s.dma()) + "+" + s.dmaLength() + " crosses the segment boundary "
                + hex(importer.segmentBoundary()),
            "an IOMMU for " + importer.name());
      }
    }
    return mapped(importer, segments);
  }

  private SgResult mapped(YardDevice importer, List<Segment.DmaOnly> segments) {
    long first = segments.isEmpty() ? Segment.NO_DMA : segments.get(0).dma();
    long size = segments.stream().mapToLong(Segment.DmaOnly::dmaLength).sum();
    if (trail.on()) {
      trail.decided(
          RemapRules.DIRECT,
          importer.id(),
          importer.name()
              + " reaches the buffer at bus address "
              + hex(first)
              + ", "
              + segments.size()
              + (segments.size() == 1 ? " segment" : " segments")
              + ": limit "
              + hex(Reach.streamingLimit(importer))
              + " is enough",
          "dma",
          hex(first),
          "size",
          Long.toString(size),
          "limit",
          hex(Reach.streamingLimit(importer)));
    }
    SgTable table = SgTable.ofDma(segments);
    live.addList(
        Kind.COHERENT_REMAP, table, importer.id(), first, size, false, RemapDirect::nothing);
    return SgResult.of(table);
  }

  private static void nothing() {}

  /** Bytes until the window that holds {@code phys} ends. */
  private static long untilWindowEnd(YardDevice importer, long phys, long otherwise) {
    for (DmaRange r : importer.rangeMap().regions()) {
      long offset = phys - r.cpu();
      if (Long.compareUnsigned(offset, r.size()) < 0) {
        return r.size() - offset;
      }
    }
    return otherwise;
  }

  /** One segment a contiguous bus range. */
  private static void add(List<Segment.DmaOnly> segments, long dma, long size) {
    if (!segments.isEmpty()) {
      Segment.DmaOnly last = segments.getLast();
      if (last.dma() + last.dmaLength() == dma) {
        segments.set(
            segments.size() - 1, new Segment.DmaOnly(last.dma(), last.dmaLength() + size));
        return;
      }
    }
    segments.add(new Segment.DmaOnly(dma, size));
  }

  /** A8; and a restricted importer reaches nothing but its pool (E7). */
  private static boolean reaches(YardDevice importer, long phys, long size) {
    long dma = importer.rangeMap().toDma(phys);
    return dma != DmaAddress.MAPPING_ERROR
        && Reach.within(dma, size, Reach.streamingLimit(importer))
        && inRestrictedPool(importer, phys, size);
  }

  private static boolean inRestrictedPool(YardDevice importer, long phys, long size) {
    return importer
        .restrictedPool()
        .map(BounceArea::spec)
        .map(spec -> spec.region().contains(phys, size))
        .orElse(true);
  }

  private SgResult outOfReach(YardDevice importer, long phys, long size) {
    if (!inRestrictedPool(importer, phys, size)) {
      return refused(
          importer,
          importer.name() + " may reach only its restricted pool, not " + hex(phys),
          "a buffer allocated by " + importer.name() + " itself");
    }
    return refused(
        importer,
        Reach.whyNot(importer, phys, size, Reach.mask(importer)),
        Reach.remedy(importer, phys, size, Reach.mask(importer)));
  }

  private SgResult refused(YardDevice importer, String why, String remedy) {
    if (trail.on()) {
      trail.decided(
          RemapRules.DIRECT,
          importer.id(),
          why + ": -EIO, a coherent buffer is never bounced; " + remedy + " would lift it",
          "mask",
          hex(Reach.mask(importer)),
          "bus_dma_limit",
          hex(importer.busDmaLimit()),
          "limit",
          why,
          "remedy",
          remedy);
    }
    return SgResult.failed(Errno.EIO.rc());
  }
}
