package org.bufferyard.iommu.arm.unit;

import org.bufferyard.iommu.arm.pgtable.Rights;
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

  /** One unprivileged access to data, as the other. */
  public Outcome access(
      long tag, TableWalker walker, long iova, boolean write, boolean mayDisagree) {
    return access(tag, walker, iova, write ? Rights.WRITE : Rights.READ, mayDisagree);
  }

  /**
   * One access.
   *
   * @param tag of the address space
   * @param need the {@link Rights} that it needs
   * @param mayDisagree whether pages were unmapped whose flush has not come: a hit is then held
   *     against the table
   */
  public Outcome access(
      long tag, TableWalker walker, long iova, int need, boolean mayDisagree) {
    int way = tlb.find(tag, iova);
    if (way == Tlb.MISS) {
      return miss(tag, walker, iova, need);
    }
    if ((tlb.rights(way) & need) == 0) {
      return Outcome.DENIED;
    }
    phys = tlb.phys(way, iova);
    return mayDisagree && !agrees(walker, iova, need) ? Outcome.STALE : Outcome.REACHED;
  }

  private Outcome miss(long tag, TableWalker walker, long iova, int need) {
    return switch (walker.walk(iova)) {
      case NOTHING -> Outcome.NOTHING;
      case NOT_ACCESSED -> Outcome.NOT_ACCESSED;
      case TOO_FAR -> Outcome.TOO_FAR;
      case BROKEN -> Outcome.BROKEN;
      case PAGE -> {
        if ((walker.walkedRights() & need) == 0) {
          yield Outcome.DENIED;
        }
        phys = walker.walkedPhys();
        tlb.fill(tag, iova, walker.walkedOrder(), phys, walker.walkedRights());
        yield Outcome.REACHED;
      }
    };
  }

  /** Whether a walk would say the same now. */
  private boolean agrees(TableWalker walker, long iova, int need) {
    return walker.walk(iova) == TableWalker.Found.PAGE
        && (walker.walkedRights() & need) != 0
        && walker.walkedPhys() == phys;
  }

  /** Physical address of the last access that was {@code REACHED} or {@code STALE}. */
  public long phys() {
    return phys;
  }
}
