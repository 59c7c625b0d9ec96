package org.bufferyard.iommu.exynos;

import java.util.Arrays;
import org.bufferyard.api.iommu.IommuProt;
import org.bufferyard.api.iommu.TlbCounts;

/**
 * The translation cache of one IOMMU, sized as a SysMMU's: 64 sets of 8 ways, filled by hits of the
 * table walk.
 *
 * <p>The set is chosen by the address of the access (bits 17:12), so one section can sit in every
 * set and one large page in 16, as the driver says of version 2 (sysmmu_tlb_invalidate_entry). In
 * version 2 a FLUSH_ENTRY reaches one set only; the others drop whatever covers the address.
 *
 * <p>A victim is chosen round robin in its set; the manual's LRU mode is not modelled. Look-up: 8
 * compares. Flush: 8, or 512 while sections or large pages are cached. No allocation. Engine thread
 * only.
 */
final class Tlb {
  static final int SETS = 64;
  private static final int WAYS = 8;

  /** Returned by {@link #find} for a miss. */
  static final int MISS = -1;

  /** Whether a flush reaches the set of its address only. */
  private final boolean flushReachesOneSet;

  /** First IOVA of the cached page. */
  private final int[] iova = new int[SETS * WAYS];

  /** log2 of the page size; 0 for a free way. */
  private final byte[] order = new byte[SETS * WAYS];

  private final long[] phys = new long[SETS * WAYS];
  private final byte[] prot = new byte[SETS * WAYS];
  private final byte[] victim = new byte[SETS];

  /** Ways that hold a section or a large page. */
  private int spread;

  private int used;
  private long hits;
  private long misses;
  private long evictions;
  private long invalidations;
  private long invalidated;

  Tlb(boolean flushReachesOneSet) {
    this.flushReachesOneSet = flushReachesOneSet;
  }

  private static int set(int address) {
    return (address >>> 12) & (SETS - 1);
  }

  /** The way that translates {@code address}, or {@link #MISS}. */
  int find(int address) {
    int way = probe(address);
    hits += way == MISS ? 0 : 1;
    misses += way == MISS ? 1 : 0;
    return way;
  }

  private int probe(int address) {
    int first = set(address) * WAYS;
    for (int way = first; way < first + WAYS; way++) {
      if (covers(way, address)) {
        return way;
      }
    }
    return MISS;
  }

  private boolean covers(int way, int address) {
    return order[way] != 0 && (iova[way] ^ address) >>> order[way] == 0;
  }

  /** Physical address of {@code address} by that way. */
  long phys(int way, int address) {
    return phys[way] + Integer.toUnsignedLong(address - iova[way]);
  }

  /** READ and WRITE bits of that way. */
  int prot(int way) {
    return prot[way];
  }

  /** Caches the page of {@code 1 << pageOrder} bytes that holds {@code address}. */
  void fill(int address, int pageOrder, long pagePhys, int pageProt) {
    assert probe(address) == MISS : "two entries for one address would be a MULTI-HIT";
    int set = set(address);
    int way = set * WAYS + victim[set];
    victim[set] = (byte) ((victim[set] + 1) & (WAYS - 1));
    evictions += order[way] != 0 ? 1 : 0;
    drop(way);
    used++;
    iova[way] = address & -(1 << pageOrder);
    order[way] = (byte) pageOrder;
    phys[way] = pagePhys;
    prot[way] = (byte) (pageProt & (IommuProt.READ | IommuProt.WRITE));
    spread += pageOrder > 12 ? 1 : 0;
  }

  private void drop(int way) {
    spread -= order[way] > 12 ? 1 : 0;
    used -= order[way] != 0 ? 1 : 0;
    order[way] = 0;
  }

  /** REG_MMU_FLUSH_ENTRY: drops what covers {@code address}. */
  void flushEntry(int address) {
    invalidations++;
    int before = used;
    int first = set(address) * WAYS;
    int last = first + WAYS;
    if (!flushReachesOneSet && spread > 0) {
      first = 0;
      last = SETS * WAYS;
    }
    for (int way = first; way < last; way++) {
      if (covers(way, address)) {
        drop(way);
      }
    }
    invalidated += before - used;
  }

  /** REG_MMU_FLUSH. */
  void flushAll() {
    Arrays.fill(order, (byte) 0);
    invalidations++;
    invalidated += used;
    used = 0;
    spread = 0;
  }

  TlbCounts counts() {
    return new TlbCounts(hits, misses, evictions, invalidations, invalidated);
  }
}
