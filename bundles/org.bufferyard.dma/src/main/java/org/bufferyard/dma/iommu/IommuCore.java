package org.bufferyard.dma.iommu;

import static org.bufferyard.api.dma.DmaAddress.hex;

import org.bufferyard.api.event.DmaEvent;
import org.bufferyard.api.event.DmaEvent.MessageClass;
import org.bufferyard.api.iommu.Geometry;
import org.bufferyard.api.kernel.Errno;
import org.bufferyard.api.kernel.KernelProfile;
import org.bufferyard.dma.mapping.Trail;
import org.bufferyard.platform.yard.Domain;

/**
 * iommu_map() and iommu_unmap() ({@code drivers/iommu/iommu.c}, N3): splits a range into the page
 * sizes of a domain. Cost: one table call a run of equal pages.
 */
public final class IommuCore {
  private final KernelProfile kernel;
  private final Trail trail;

  public IommuCore(KernelProfile kernel, Trail trail) {
    this.kernel = kernel;
    this.trail = trail;
  }

  /** Maps one physically contiguous range: 0 or a negative errno with nothing left mapped. */
  public int map(Domain domain, long iova, long phys, long size, int prot) {
    Geometry geometry = domain.table().geometry();
    long granule = geometry.granule();
    if (((iova | phys | size) & (granule - 1)) != 0) {
      trail.message(
          domain.id(),
          MessageClass.WARNING,
          "unaligned: iova "
              + hex(iova)
              + " pa "
              + hex(phys)
              + " size "
              + hex(size)
              + " min_pagesz "
              + hex(granule));
      return Errno.EINVAL.rc();
    }
    if (size == 0 && geometry.has(Geometry.Trait.TAKES_RANGES)) {
      return failed(domain, iova, phys, 0, Errno.EINVAL.rc(), prot);
    }
    long done = 0;
    while (done != size) {
      long at = iova + done;
      long pa = phys + done;
      long page = pageSize(geometry.pageSizes(), at | pa, size - done);
      long count = pageCount(geometry.pageSizes(), at, pa, size - done, page);
      long mapped = domain.table().map(at, pa, page, count, prot);
      if (mapped <= 0) {
        return failed(domain, iova, phys, done, mapped, prot);
      }
      done += mapped;
    }
    if (trail.on()) {
      trail.emit(new DmaEvent.IommuMapped(domain.id(), iova, phys, size, prot));
    }
    return 0;
  }

  private int failed(Domain domain, long iova, long phys, long done, long rc, int prot) {
    if (trail.on() && IommuRules.FAILED_MAP_TRACED.holdsIn(kernel)) {
      trail.emit(new DmaEvent.IommuMapped(domain.id(), iova, phys, done, prot));
    }
    unmap(domain, iova, done);
    int errno = rc == 0 ? Errno.EINVAL.rc() : (int) rc;
    if (trail.on()) {
      trail.decided(
          IommuRules.IOMMU_MAP,
          domain.iommu(),
          "the page table refuses iova "
              + hex(iova + done)
              + " -> "
              + hex(phys + done)
              + ": "
              + Errno.text(errno),
          "iova",
          hex(iova + done),
          "phys",
          hex(phys + done));
    }
    return errno;
  }

  /** Unmaps and returns the bytes that were mapped. */
  public long unmap(Domain domain, long iova, long size) {
    long sizes = domain.table().geometry().pageSizes();
    long done = 0;
    while (Long.compareUnsigned(done, size) < 0) {
      long at = iova + done;
      long page = pageSize(sizes, at, size - done);
      if (page == 0) {
        break;
      }
      long unmapped =
          domain.table().unmap(at, page, pageCount(sizes, at, at, size - done, page));
      if (unmapped <= 0) {
        break;
      }
      done += unmapped;
    }
    if (trail.on()) {
      trail.emit(new DmaEvent.IommuUnmapped(domain.id(), iova, size, done));
    }
    return done;
  }

  /** iommu_pgsize(): the biggest supported size that divides the addresses and fits. */
  static long pageSize(long sizes, long addresses, long size) {
    long usable = sizes & upTo(Long.highestOneBit(size));
    if (addresses != 0) {
      usable &= upTo(Long.lowestOneBit(addresses));
    }
    return Long.highestOneBit(usable);
  }

  /** How many of them in a row, before a bigger size becomes usable. */
  static long pageCount(long sizes, long iova, long phys, long size, long page) {
    long bytes = size;
    long next = Long.lowestOneBit(sizes & -(page << 1));
    if (next != 0 && ((iova ^ phys) & (next - 1)) == 0) {
      long toNext = next - ((iova | phys) & (next - 1));
      long end = toNext + next;
      if (Long.compareUnsigned(end, toNext) >= 0 && Long.compareUnsigned(end, size) <= 0) {
        bytes = toNext;
      }
    }
    return bytes >>> Long.numberOfTrailingZeros(page);
  }

  private static long upTo(long bit) {
    return bit | (bit - 1);
  }
}
