package org.bufferyard.dma.remap;

import static org.bufferyard.api.dma.DmaAddress.hex;

import java.util.List;
import org.bufferyard.api.allocator.IovaAllocator;
import org.bufferyard.api.dma.Allocation;
import org.bufferyard.api.dma.Dma.SgResult;
import org.bufferyard.api.dma.DmaAttrs;
import org.bufferyard.api.dma.DmaDirection;
import org.bufferyard.api.iommu.IommuProt;
import org.bufferyard.api.kernel.Errno;
import org.bufferyard.api.memory.PageRef;
import org.bufferyard.api.memory.PhysRange;
import org.bufferyard.api.memory.Segment;
import org.bufferyard.api.memory.SgTable;
import org.bufferyard.dma.iommu.IommuCore;
import org.bufferyard.dma.iommu.IommuMapping;
import org.bufferyard.dma.iommu.IovaSpace;
import org.bufferyard.dma.mapping.LiveMappings;
import org.bufferyard.dma.mapping.Reach;
import org.bufferyard.dma.mapping.Trail;
import org.bufferyard.platform.yard.Domain;
import org.bufferyard.platform.yard.MappingLedger.Kind;
import org.bufferyard.platform.yard.YardDevice;

/** P4.2: one IOVA range of the importer's domain over the whole physical range. */
public final class RemapThroughIommu {
  private final IovaSpace iovas;
  private final IommuCore core;
  private final LiveMappings live;
  private final Trail trail;

  public RemapThroughIommu(IovaSpace iovas, IommuCore core, LiveMappings live, Trail trail) {
    this.iovas = iovas;
    this.core = core;
    this.live = live;
    this.trail = trail;
  }

  /** An IOVA block as it was taken, and where in it the buffer starts. */
  private record Block(long base, long size, long start) {}

  SgResult map(
      Domain domain,
      YardDevice exporter,
      Allocation allocation,
      YardDevice importer,
      DmaDirection direction) {
    long size = PageRef.align(allocation.sizeBytes());
    long granule = domain.table().geometry().granule();
    if (misaligned(allocation, size, granule)) {
      return refused(
          importer,
          Errno.EINVAL,
          "physical start or size is not aligned to the granule " + granule + " of "
              + domain.iommu());
    }
    long boundary = importer.segmentBoundary();
    if (boundary != -1L && Long.compareUnsigned(size - 1, boundary) > 0) {
      return refused(
          importer,
          Errno.EINVAL,
          size + " bytes cannot stay inside a segment boundary of " + hex(boundary));
    }
    Block block = place(domain, importer, size, boundary);
    if (block == null) {
      return refused(importer, Errno.ENOMEM, "no IOVA range of " + size + " bytes left");
    }
    int prot = prot(exporter, importer, direction);
    int rc = mapRuns(domain, allocation, block.start(), prot);
    if (rc != 0) {
      iovas.free(domain, block.base(), block.size());
      return SgResult.failed(rc);
    }
    if (trail.on()) {
      explain(domain, allocation, importer, block.start(), size, prot);
    }
    SgTable table = SgTable.ofDma(List.of(new Segment.DmaOnly(block.start(), size)));
    live.addList(
        Kind.COHERENT_REMAP,
        table,
        importer.id(),
        block.start(),
        size,
        false,
        () -> undo(domain, block, size));
    return SgResult.of(table);
  }

  private void undo(Domain domain, Block block, long size) {
    core.unmap(domain, block.start(), size);
    iovas.release(domain, block.base(), block.size());
  }

  private static boolean misaligned(Allocation allocation, long size, long granule) {
    long bits = size;
    for (PhysRange run : allocation.runs()) {
      bits |= run.base() | run.size();
    }
    return size == 0 || (bits & (granule - 1)) != 0;
  }

  /**
   * Kernel books align a range to its own size, so that it crosses no boundary it fits in. A book
   * that does not gets a range twice as long, which has room on one side of the boundary.
   */
  private Block place(Domain domain, YardDevice importer, long size, long boundary) {
    long mask = Reach.mask(importer);
    long iova = iovas.allocate(domain, importer, size, mask);
    if (iova == IovaAllocator.NO_IOVA) {
      return null;
    }
    if (!crosses(iova, size, boundary)) {
      return new Block(iova, size, iova);
    }
    iovas.free(domain, iova, size);
    long twice = iovas.allocate(domain, importer, 2 * size, mask);
    if (twice == IovaAllocator.NO_IOVA) {
      return null;
    }
    long start = crosses(twice, size, boundary) ? (twice | boundary) + 1 : twice;
    return new Block(twice, 2 * size, start);
  }

  public static boolean crosses(long address, long size, long boundary) {
    return boundary != -1L && ((address ^ (address + size - 1)) & ~boundary) != 0;
  }

  /** D1 without CACHE, since the exporter's CPU alias is not cached, unless both are coherent. */
  private static int prot(YardDevice exporter, YardDevice importer, DmaDirection direction) {
    boolean cached = exporter.isCoherent() && importer.isCoherent();
    return IommuMapping.prot(direction, cached, DmaAttrs.NONE);
  }

  private int mapRuns(Domain domain, Allocation allocation, long iova, int prot) {
    long rest = PageRef.align(allocation.sizeBytes());
    long done = 0;
    for (PhysRange run : allocation.runs()) {
      long part = Math.min(rest - done, run.size());
      if (part == 0) {
        break;
      }
      int rc = core.map(domain, iova + done, run.base(), part, prot);
      if (rc != 0) {
        core.unmap(domain, iova, done);
        return rc;
      }
      done += part;
    }
    return 0;
  }

  private void explain(
      Domain domain,
      Allocation allocation,
      YardDevice importer,
      long iova,
      long size,
      int prot) {
    trail.decided(
        RemapRules.THROUGH_IOMMU,
        importer.id(),
        domain.iommu()
            + " maps IOVA "
            + hex(iova)
            + " -> "
            + hex(allocation.physAt(0))
            + ", "
            + size
            + " bytes "
            + IommuProt.text(prot)
            + " for "
            + importer.name()
            + ": zero copy, no page",
        "iova",
        hex(iova),
        "phys",
        hex(allocation.physAt(0)),
        "size",
        Long.toString(size),
        "prot",
        IommuProt.text(prot));
  }

  private SgResult refused(YardDevice importer, Errno errno, String why) {
    if (trail.on()) {
      trail.decided(RemapRules.THROUGH_IOMMU, importer.id(), why + ": -" + errno.name());
    }
    return SgResult.failed(errno.rc());
  }
}
