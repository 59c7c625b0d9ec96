package org.bufferyard.iommu.intel;

import org.bufferyard.iommu.intel.InvalidationDescriptor.ContextInvalidation;
import org.bufferyard.iommu.intel.InvalidationDescriptor.IotlbInvalidation;
import org.bufferyard.iommu.intel.InvalidationDescriptor.PasidCacheInvalidation;
import org.bufferyard.iommu.intel.InvalidationDescriptor.PasidIotlbInvalidation;

/**
 * What one unit keeps of its tables, and which invalidation drops what (VT-d specification 6.2 and
 * 6.5): the context and PASID caches, the IOTLB and the paging structure caches. An IOTLB invalidation
 * reaches the paging structures too, unless it has IH. Engine thread only.
 */
final class TranslationCaches {
  final ContextCache contexts = new ContextCache();
  final Iotlb iotlb = new Iotlb(2);
  final PagingStructureCache structures = new PagingStructureCache();

  void invalidate(ContextInvalidation context) {
    switch (context.granularity()) {
      case InvalidationDescriptor.GLOBAL -> contexts.flushAll();
      case InvalidationDescriptor.DOMAIN -> contexts.flushDomain(context.did());
      default -> contexts.flushSource(context.source(), ignored(context.functionMask()));
    }
  }

  /** FM 1 leaves out bit 2 of the function, 2 bits 2:1, 3 all three. */
  private static int ignored(int functionMask) {
    return 7 & ~(7 >>> functionMask);
  }

  void invalidate(IotlbInvalidation pages) {
    switch (pages.granularity()) {
      case InvalidationDescriptor.GLOBAL -> {
        iotlb.flushAll();
        structures.flushAll();
      }
      case InvalidationDescriptor.DOMAIN -> {
        iotlb.flushDomain(pages.did());
        structures.flushDomain(pages.did());
      }
      default -> {
        int order = Paging.PAGE_SHIFT + pages.mask();
        drop(pages.did(), pages.address(), order, pages.leavesOnly());
        // Which addresses of a first level a page below it serves is not known: all go.
        iotlb.flushNested(pages.did());
        if (!pages.leavesOnly()) {
          structures.flushNested(pages.did());
        }
      }
    }
  }

  private void drop(long tag, long address, int order, boolean leavesOnly) {
    iotlb.flushSpan(tag, address, order);
    if (leavesOnly) {
      structures.spare(tag, address, order);
    } else {
      structures.flushSpan(tag, address, order);
    }
  }

  void invalidate(PasidCacheInvalidation pasids) {
    switch (pasids.granularity()) {
      case PasidCacheInvalidation.ALL_PASIDS -> contexts.flushDomain(pasids.did());
      case PasidCacheInvalidation.PASID -> contexts.flushPasid(pasids.did(), pasids.pasid());
      default -> contexts.flushAll();
    }
  }

  void invalidate(PasidIotlbInvalidation pages) {
    long tag = Route.firstLevelTag(pages.did(), pages.pasid());
    if (pages.granularity() == PasidIotlbInvalidation.PAGES) {
      drop(tag, pages.address(), Paging.PAGE_SHIFT + pages.mask(), pages.leavesOnly());
    } else {
      iotlb.flushTag(tag);
      structures.flushTag(tag);
    }
  }
}
