package org.bufferyard.iommu.arm.smmu;

import org.bufferyard.api.iommu.IommuProt;
import org.bufferyard.iommu.arm.pgtable.PageTable;

/**
 * How an access finds its page: by the {@link Tlb}, else by a walk, whose page the TLB then keeps.
 * No allocation. Engine thread only.
 */
final class CachedWalk {
  /** What became of an access. */
  enum Outcome {
    REACHED,
    /** Reached, but the table says otherwise by now. */
    STALE,
    NOTHING,
    NOT_ACCESSED,
    /** There is a page, without the right for this direction. */
    DENIED,
    TOO_FAR,
    BROKEN
  }

  private final Tlb tlb = new Tlb();
  private long phys;

  Tlb tlb() {
    return tlb;
  }

  Outcome access(PagedDomain domain, long iova, boolean write) {
    int way = tlb.find(domain.tag(), iova);
    if (way == Tlb.MISS) {
      return miss(domain, iova, write);
    }
    if (!allows(tlb.prot(way), write)) {
      return Outcome.DENIED;
    }
    phys = tlb.phys(way, iova);
    return domain.hasUnflushed() && !agrees(domain.table(), iova, write)
        ? Outcome.STALE
        : Outcome.REACHED;
  }

  private Outcome miss(PagedDomain domain, long iova, boolean write) {
    PageTable table = domain.table();
    return switch (table.walk(iova)) {
      case NOTHING -> Outcome.NOTHING;
      case NOT_ACCESSED -> Outcome.NOT_ACCESSED;
      case TOO_FAR -> Outcome.TOO_FAR;
      case BROKEN -> Outcome.BROKEN;
      case PAGE -> {
        if (!allows(table.walkedProt(), write)) {
          yield Outcome.DENIED;
        }
        phys = table.walkedPhys();
        tlb.fill(domain.tag(), iova, table.walkedOrder(), phys, table.walkedProt());
        yield Outcome.REACHED;
      }
    };
  }

  private static boolean allows(int prot, boolean write) {
    return (prot & (write ? IommuProt.WRITE : IommuProt.READ)) != 0;
  }

  /** Whether a walk would say the same now. */
  private boolean agrees(PageTable table, long iova, boolean write) {
    return table.walk(iova) == PageTable.Found.PAGE
        && allows(table.walkedProt(), write)
        && table.walkedPhys() == phys;
  }

  /** Physical address of the last access that was {@code REACHED} or {@code STALE}. */
  long phys() {
    return phys;
  }
}
