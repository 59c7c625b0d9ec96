package org.bufferyard.iommu.exynos;

import org.bufferyard.api.iommu.IommuProt;
import org.bufferyard.api.iommu.TlbCounts;

/**
 * How an access finds its page: by the {@link Tlb}, else by a walk, whose page the TLB then keeps.
 *
 * <p>Cost of an access: 8 compares for a hit; a walk more for a miss, or while unmapped pages wait
 * for their flush. No allocation. Engine thread only.
 */
public final class CachedWalk {
  /** What became of an access. */
  public enum Outcome {
    /** {@link #phys} holds the address. */
    REACHED,
    /** {@link #phys} holds the address, but the table says otherwise by now. */
    STALE,
    NOTHING,
    /** There is a page, without the right for this direction. */
    DENIED,
    /** A table cannot be read. */
    BROKEN
  }

  private final Tlb tlb;
  private long phys;

  /**
   * An empty cache.
   *
   * @param flushReachesOneSet whether {@link #flushEntry} leaves other sets alone ({@link Tlb})
   */
  public CachedWalk(boolean flushReachesOneSet) {
    this.tlb = new Tlb(flushReachesOneSet);
  }

  /**
   * One access.
   *
   * @param mayDisagree whether pages were unmapped whose flush has not landed: a hit is then held
   *     against the table
   */
  public Outcome access(WalkedTable table, int iova, boolean write, boolean mayDisagree) {
    int way = tlb.find(iova);
    if (way == Tlb.MISS) {
      return miss(table, iova, write);
    }
    if (!allows(tlb.prot(way), write)) {
      return Outcome.DENIED;
    }
    phys = tlb.phys(way, iova);
    return mayDisagree && !agrees(table, iova, phys, write) ? Outcome.STALE : Outcome.REACHED;
  }

  private Outcome miss(WalkedTable table, int iova, boolean write) {
    int order = table.walk(iova);
    if (order <= 0) {
      return order == WalkedTable.BROKEN ? Outcome.BROKEN : Outcome.NOTHING;
    }
    if (!allows(table.walkedProt(), write)) {
      return Outcome.DENIED;
    }
    tlb.fill(iova, order, table.walkedPhys(), table.walkedProt());
    phys = table.walkedPhys() + (iova & ((1 << order) - 1));
    return Outcome.REACHED;
  }

  private static boolean allows(int prot, boolean write) {
    return (prot & (write ? IommuProt.WRITE : IommuProt.READ)) != 0;
  }

  /** Whether a walk would say the same now. */
  private static boolean agrees(WalkedTable table, int iova, long phys, boolean write) {
    int order = table.walk(iova);
    return order > 0
        && allows(table.walkedProt(), write)
        && table.walkedPhys() + (iova & ((1 << order) - 1)) == phys;
  }

  /** Physical address of the last access that was {@code REACHED} or {@code STALE}. */
  public long phys() {
    return phys;
  }

  /** Drops what covers {@code iova}. */
  public void flushEntry(int iova) {
    tlb.flushEntry(iova);
  }

  public void flushAll() {
    tlb.flushAll();
  }

  public TlbCounts counts() {
    return tlb.counts();
  }
}
