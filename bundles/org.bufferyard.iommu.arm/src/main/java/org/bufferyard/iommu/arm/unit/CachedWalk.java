package org.bufferyard.iommu.arm.unit;

import org.bufferyard.api.iommu.IommuProt;
import org.bufferyard.iommu.arm.pgtable.TableWalker;

/**
 * How an access finds its page: by the {@link Tlb}, else by a walk, whose page the TLB then keeps.
 * No allocation. Engine thread only.
 */
public final class CachedWalk {
  /** What became of an access. */
  public enum Outcome {
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

  public Tlb tlb() {
    return tlb;
  }

  /**
   * One access.
   *
   * @param tag of the address space
   * @param mayDisagree whether pages were unmapped whose flush has not come: a hit is then held
   *     against the table
   */
  public Outcome access(
      int tag, TableWalker walker, long iova, boolean write, boolean mayDisagree) {
    int way = tlb.find(tag, iova);
    if (way == Tlb.MISS) {
      return miss(tag, walker, iova, write);
    }
    if (!allows(tlb.prot(way), write)) {
      return Outcome.DENIED;
    }
    phys = tlb.phys(way, iova);
    return mayDisagree && !agrees(walker, iova, write) ? Outcome.STALE : Outcome.REACHED;
  }

  private Outcome miss(int tag, TableWalker walker, long iova, boolean write) {
    return switch (walker.walk(iova)) {
      case NOTHING -> Outcome.NOTHING;
      case NOT_ACCESSED -> Outcome.NOT_ACCESSED;
      case TOO_FAR -> Outcome.TOO_FAR;
      case BROKEN -> Outcome.BROKEN;
      case PAGE -> {
        if (!allows(walker.walkedProt(), write)) {
          yield Outcome.DENIED;
        }
        phys = walker.walkedPhys();
        tlb.fill(tag, iova, walker.walkedOrder(), phys, walker.walkedProt());
        yield Outcome.REACHED;
      }
    };
  }

  private static boolean allows(int prot, boolean write) {
    return (prot & (write ? IommuProt.WRITE : IommuProt.READ)) != 0;
  }

  /** Whether a walk would say the same now. */
  private boolean agrees(TableWalker walker, long iova, boolean write) {
    return walker.walk(iova) == TableWalker.Found.PAGE
        && allows(walker.walkedProt(), write)
        && walker.walkedPhys() == phys;
  }

  /** Physical address of the last access that was {@code REACHED} or {@code STALE}. */
  public long phys() {
    return phys;
  }
}
