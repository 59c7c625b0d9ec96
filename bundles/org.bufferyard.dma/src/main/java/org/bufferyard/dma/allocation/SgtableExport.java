package org.bufferyard.dma.allocation;

import static org.bufferyard.api.dma.DmaAddress.hex;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.bufferyard.api.dma.Allocation;
import org.bufferyard.api.dma.AllocationSource;
import org.bufferyard.api.dma.Dma.SgResult;
import org.bufferyard.api.kernel.Errno;
import org.bufferyard.api.kernel.KernelProfile;
import org.bufferyard.api.kernel.Rule;
import org.bufferyard.api.memory.PageBacking;
import org.bufferyard.api.memory.PageRef;
import org.bufferyard.api.memory.PhysMemory;
import org.bufferyard.api.memory.PhysRange;
import org.bufferyard.api.memory.Segment;
import org.bufferyard.api.memory.SgAppendTable;
import org.bufferyard.api.memory.SgTable;
import org.bufferyard.dma.mapping.Masks;
import org.bufferyard.dma.mapping.Trail;
import org.bufferyard.platform.yard.Domain;
import org.bufferyard.platform.yard.YardDevice;

/** dma_get_sgtable_attrs() (C1): the page list of memory that may have no pages. */
public final class SgtableExport {
  private final KernelProfile kernel;
  private final PhysMemory memory;
  private final Trail trail;

  public SgtableExport(KernelProfile kernel, PhysMemory memory, Trail trail) {
    this.kernel = kernel;
    this.memory = memory;
    this.trail = trail;
  }

  public SgResult export(YardDevice device, Allocation allocation, long sizeBytes) {
    Optional<Domain> domain = Masks.dmaDomain(device);
    if (domain.isPresent()) {
      if (allocation.source() == AllocationSource.IOMMU_PAGES) {
        return pageArray(device, allocation, sizeBytes);
      }
      if (SgtableRules.ARM_IOMMU.holdsIn(kernel)) {
        return noPageArray(device, allocation);
      }
      // vmalloc_to_page() or virt_to_page() of the CPU address.
      return single(SgtableRules.IOMMU, device, allocation.physAt(0), sizeBytes);
    }
    long phys = device.rangeMap().toPhys(allocation.handle());
    if (SgtableRules.PFN_VALID.holdsIn(kernel)) {
      boolean valid = memory.backing(phys) == PageBacking.LINEAR;
      if (trail.on()) {
        trail.decided(
            SgtableRules.PFN_VALID,
            device.id(),
            "pfn_valid(" + hex(phys >>> PageRef.SHIFT) + ") is " + valid
                + (valid ? ": its page is used" : ", memory without a page: -ENXIO"),
            "pfn",
            hex(phys >>> PageRef.SHIFT));
      }
      if (!valid) {
        return SgResult.failed(Errno.ENXIO.rc());
      }
    }
    return single(directRule(), device, phys, sizeBytes);
  }

  private Rule directRule() {
    if (SgtableRules.MADE_UP.holdsIn(kernel)) {
      return SgtableRules.MADE_UP;
    }
    return SgtableRules.PFN_VALID.holdsIn(kernel) ? SgtableRules.PFN_VALID : SgtableRules.DIRECT;
  }

  private SgResult noPageArray(YardDevice device, Allocation allocation) {
    if (trail.on()) {
      trail.decided(
          SgtableRules.ARM_IOMMU,
          device.id(),
          "the CPU address of handle " + hex(allocation.handle())
              + " has no page array: -ENXIO");
    }
    return SgResult.failed(Errno.ENXIO.rc());
  }

  /** One entry over everything, whatever stands behind it. */
  private SgResult single(Rule rule, YardDevice device, long phys, long sizeBytes) {
    PageRef page = PageRefs.of(memory, phys);
    long length = PageRef.align(sizeBytes);
    boolean bad = page.backing() != PageBacking.LINEAR;
    if (trail.on()) {
      trail.decided(
          rule,
          device.id(),
          "one entry of "
              + length
              + " bytes, page of "
              + hex(phys)
              + (bad ? " made up without looking: the memory has no linear mapping" : ""),
          "phys",
          hex(phys),
          "length",
          Long.toString(length),
          "page",
          page.backing().name());
      if (bad) {
        trail.hazard(
            rule,
            device.id(),
            "dma_get_sgtable returns a page for "
                + hex(phys)
                + ", which "
                + (page.backing() == PageBacking.NONE
                    ? "has no struct page"
                    : "is no-map memory without a linear mapping")
                + ": success is luck");
      }
    }
    return SgResult.of(SgTable.ofPages(List.of(new Segment.PageBacked(page, 0, length))));
  }

  /** sg_alloc_table_from_pages(): one entry a physical run, the last trimmed to the size. */
  private SgResult pageArray(YardDevice device, Allocation allocation, long sizeBytes) {
    long wanted = PageRef.align(sizeBytes) >>> PageRef.SHIFT;
    List<PageRef> pages = new ArrayList<>();
    for (PhysRange run : allocation.runs()) {
      for (long at = 0; at < run.size() && pages.size() < wanted; at += PageRef.SIZE) {
        pages.add(PageRefs.of(memory, run.base() + at));
      }
    }
    if (pages.isEmpty()) {
      // Without a page there is nothing to describe; the kernel would read beyond its array.
      return SgResult.failed(Errno.EINVAL.rc());
    }
    SgAppendTable made = new SgAppendTable();
    int rc = made.fromPages(pages, 0, sizeBytes, SgAppendTable.NO_LIMIT);
    if (rc != 0) {
      return SgResult.failed(rc);
    }
    SgTable table = made.table();
    if (trail.on()) {
      trail.decided(
          SgtableRules.IOMMU,
          device.id(),
          "the page array gives " + table.origNents() + " physical runs for " + sizeBytes + " bytes",
          "runs",
          Integer.toString(table.origNents()),
          "size",
          Long.toString(sizeBytes));
    }
    return SgResult.of(table);
  }
}
