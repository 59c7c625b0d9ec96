package org.bufferyard.dma.allocation;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.bufferyard.api.allocator.AllocationRequest;
import org.bufferyard.api.allocator.IovaAllocator;
import org.bufferyard.api.dma.Allocation.CpuAddress;
import org.bufferyard.api.dma.AllocationSource;
import org.bufferyard.api.dma.DmaAddress;
import org.bufferyard.api.dma.DmaAttr;
import org.bufferyard.api.dma.DmaAttrs;
import org.bufferyard.api.dma.DmaDirection;
import org.bufferyard.api.dma.Gfp;
import org.bufferyard.api.memory.PageRef;
import org.bufferyard.api.memory.PhysRange;
import org.bufferyard.dma.iommu.IommuCore;
import org.bufferyard.dma.iommu.IommuMapping;
import org.bufferyard.dma.iommu.IovaSpace;
import org.bufferyard.dma.mapping.CacheUpkeep;
import org.bufferyard.dma.mapping.Trail;
import org.bufferyard.platform.spec.MachineSpec.Architecture;
import org.bufferyard.platform.yard.DmaEngineContext;
import org.bufferyard.platform.yard.Domain;
import org.bufferyard.platform.yard.YardDevice;

/** iommu_dma_alloc() and iommu_dma_alloc_noncontiguous() (B10, B11). Engine thread only. */
public final class IommuAllocation {
  /** kvcalloc() refuses a page array beyond INT_MAX bytes. */
  private static final long MAX_PAGES = Integer.MAX_VALUE / 8;

  private final DmaEngineContext context;
  private final Pages pages;
  private final IovaSpace iovas;
  private final IommuCore core;
  private final IommuMapping mapping;
  private final CacheUpkeep caches;
  private final Trail trail;

  public IommuAllocation(
      DmaEngineContext context,
      Pages pages,
      IovaSpace iovas,
      IommuCore core,
      IommuMapping mapping,
      CacheUpkeep caches,
      Trail trail) {
    this.context = context;
    this.pages = pages;
    this.iovas = iovas;
    this.core = core;
    this.mapping = mapping;
    this.caches = caches;
    this.trail = trail;
  }

  Optional<Placed> allocate(
      Domain domain, YardDevice device, long sizeBytes, Gfp gfp, DmaAttrs attrs) {
    if (gfp.blocking() && !attrs.has(DmaAttr.FORCE_CONTIGUOUS)) {
      return scattered(domain, device, sizeBytes, attrs);
    }
    return contiguous(domain, device, sizeBytes, gfp, attrs);
  }

  /** __iommu_dma_alloc_noncontiguous(): an array of pages behind one IOVA range. */
  Optional<Placed> scattered(Domain domain, YardDevice device, long sizeBytes, DmaAttrs attrs) {
    if (sizeBytes == 0) {
      throw trail.oops(
          AllocationRules.IOMMU_PAGES,
          device.id(),
          "0 bytes behind an IOMMU: NULL dereference in sg_alloc_append_table_from_pages");
    }
    long sizes = blockSizes(domain, attrs);
    long smallest = Long.lowestOneBit(sizes & -PageRef.SIZE);
    long size = (sizeBytes + smallest - 1) & -smallest;
    long count = size >>> PageRef.SHIFT;
    if (size == 0 || Long.compareUnsigned(count, MAX_PAGES) > 0) {
      return Optional.empty();
    }
    List<PageGrant> blocks = blocks(device, count, sizes >>> PageRef.SHIFT);
    if (blocks.isEmpty()) {
      return Optional.empty();
    }
    List<PhysRange> runs = runs(blocks);
    for (PhysRange run : runs) {
      if (!device.isCoherent()) {
        caches.prepareCoherent(device, run.base(), run.size());
      }
    }
    long iova = mapRuns(domain, device, runs, size, attrs);
    if (iova == IovaAllocator.NO_IOVA) {
      blocks.forEach(PageGrant::giveBack);
      return Optional.empty();
    }
    if (trail.on()) {
      explain(domain, device, blocks, runs, iova, size);
    }
    return Optional.of(
        new Placed(
            iova,
            runs,
            AllocationSource.IOMMU_PAGES,
            attrs.has(DmaAttr.NO_KERNEL_MAPPING) ? CpuAddress.COOKIE : CpuAddress.VMALLOC,
            size,
            () -> {
              mapping.unmapRange(domain, device, iova, size);
              blocks.forEach(PageGrant::giveBack);
            },
            () -> blocks.forEach(PageGrant::giveBack)));
  }

  /** A bit a size of a block of pages, in bytes; the smallest that counts is a page. */
  private static long blockSizes(Domain domain, DmaAttrs attrs) {
    long sizes = domain.table().geometry().pageSizes();
    long smallest = Long.lowestOneBit(sizes);
    if (smallest < PageRef.SIZE) {
      smallest = PageRef.SIZE;
      sizes |= PageRef.SIZE;
    }
    return attrs.has(DmaAttr.ALLOC_SINGLE_PAGES) ? smallest : sizes;
  }

  private void explain(
      Domain domain,
      YardDevice device,
      List<PageGrant> blocks,
      List<PhysRange> runs,
      long iova,
      long size) {
    trail.decided(
        AllocationRules.IOMMU_PAGES,
        device.id(),
        size
            + " bytes in "
            + blocks.size()
            + " blocks ("
            + runs.size()
            + " physical runs) at IOVA "
            + DmaAddress.hex(iova)
            + " of "
            + domain.iommu(),
        "iova",
        DmaAddress.hex(iova),
        "size",
        Long.toString(size),
        "runs",
        Integer.toString(runs.size()));
  }

  /**
   * __iommu_dma_alloc_pages(): the largest order that fits, falling to smaller ones; an order that
   * failed is not tried again. Recorded placements come one a page; a page that does not start a
   * block of an order says that the kernel found none.
   *
   * @return empty when memory ran out
   */
  private List<PageGrant> blocks(YardDevice device, long count, long orders) {
    List<PageGrant> blocks = new ArrayList<>();
    long rest = count;
    long mask = orders & ((2L << Pages.MAX_ORDER) - 1);
    while (rest != 0) {
      Optional<PageGrant> block = Optional.empty();
      mask &= (Long.highestOneBit(rest) << 1) - 1;
      long hint = pages.nextHint();
      while (block.isEmpty() && mask != 0) {
        long length = Long.highestOneBit(mask);
        if (startsBlock(hint, length)) {
          block = pages.block(device, length, Pages.Zone.ANY, hint);
        }
        if (block.isEmpty()) {
          mask &= ~length;
        }
      }
      if (block.isEmpty()) {
        blocks.forEach(PageGrant::giveBack);
        return List.of();
      }
      rest -= block.get().pages();
      blocks.add(block.get());
      for (long i = 1; hint != AllocationRequest.NO_PREFERENCE && i < block.get().pages(); i++) {
        pages.nextHint();
      }
    }
    return blocks;
  }

  private static boolean startsBlock(long hint, long pages) {
    return hint == AllocationRequest.NO_PREFERENCE
        || (hint & ((pages << PageRef.SHIFT) - 1)) == 0;
  }

  /** Physically adjacent blocks joined, in order. */
  private static List<PhysRange> runs(List<PageGrant> blocks) {
    List<PhysRange> runs = new ArrayList<>();
    long start = 0;
    long length = 0;
    for (PageGrant block : blocks) {
      if (length != 0 && start + length == block.base()) {
        length += block.sizeBytes();
        continue;
      }
      if (length != 0) {
        runs.add(new PhysRange(start, length));
      }
      start = block.base();
      length = block.sizeBytes();
    }
    runs.add(new PhysRange(start, length));
    return runs;
  }

  private long mapRuns(
      Domain domain, YardDevice device, List<PhysRange> runs, long size, DmaAttrs attrs) {
    long iova = iovas.allocate(domain, device, size, device.coherentDmaMask());
    if (iova == IovaAllocator.NO_IOVA) {
      return iova;
    }
    int prot = IommuMapping.prot(DmaDirection.BIDIRECTIONAL, device.isCoherent(), attrs);
    long done = 0;
    for (PhysRange run : runs) {
      if (core.map(domain, iova + done, run.base(), run.size(), prot) != 0) {
        core.unmap(domain, iova, done);
        iovas.free(domain, iova, size);
        return IovaAllocator.NO_IOVA;
      }
      done += run.size();
    }
    return iova;
  }

  /** One physical run: from the atomic pool, CMA or the page allocator. */
  private Optional<Placed> contiguous(
      Domain domain, YardDevice device, long sizeBytes, Gfp gfp, DmaAttrs attrs) {
    long count = Pages.count(sizeBytes);
    boolean atomic = !gfp.blocking() && !device.isCoherent() && canRemap();
    Optional<PageGrant> found;
    if (atomic) {
      found = pages.atomic(device, count, false);
    } else {
      long hint = pages.nextHint();
      Optional<PageGrant> cma = pages.contiguous(device, count, gfp.blocking(), hint);
      found = cma.isPresent() ? cma : pages.block(device, count, Pages.Zone.ANY, hint);
    }
    if (found.isEmpty()) {
      return Optional.empty();
    }
    PageGrant grant = found.get();
    if (!atomic && !device.isCoherent()) {
      caches.prepareCoherent(device, grant.base(), grant.sizeBytes());
    }
    int prot = IommuMapping.prot(DmaDirection.BIDIRECTIONAL, device.isCoherent(), attrs);
    long iova =
        mapping.mapRange(
            domain, device, grant.base(), sizeBytes, prot, device.coherentDmaMask());
    if (iova == DmaAddress.MAPPING_ERROR) {
      grant.giveBack();
      return Optional.empty();
    }
    return Optional.of(
        new Placed(
            iova,
            List.of(new PhysRange(grant.base(), grant.sizeBytes())),
            grant.source(),
            attrs.has(DmaAttr.NO_KERNEL_MAPPING)
                ? CpuAddress.COOKIE
                : device.isCoherent() ? CpuAddress.LINEAR : CpuAddress.VMALLOC,
            grant.sizeBytes(),
            () -> {
              mapping.unmapRange(domain, device, iova, sizeBytes);
              grant.giveBack();
            },
            grant::giveBack));
  }

  /** The unmapping half of iommu_dma_free(), by the handle and size that a driver gives. */
  void unmap(Domain domain, YardDevice device, long handle, long sizeBytes) {
    mapping.unmapRange(domain, device, handle, sizeBytes);
  }

  private boolean canRemap() {
    return context.spec().machine().architecture() != Architecture.X86;
  }
}
