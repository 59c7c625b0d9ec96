package org.bufferyard.iommu.arm.unit;

import java.util.Arrays;
import org.bufferyard.api.iommu.TlbCounts;
import org.bufferyard.iommu.arm.pgtable.Rights;

/**
 * The translation cache of one IOMMU: 64 sets of 8 ways, filled by walks, tagged with what the
 * hardware tags by (an ASID, a VMID, a bank).
 *
 * <p>The set is chosen by the access (bits 17:12), so that a block can sit in several sets. A
 * victim is chosen round robin in its set; real parts differ. Only leaves are cached, no partial
 * walks.
 *
 * <p>Look-up: 8 compares. Flush of a page: 8, or 512 while blocks are cached. No allocation. Engine
 * thread only.
 */
public final class Tlb {
  private static final int SETS = 64;
  private static final int WAYS = 8;
  private static final int PAGE_ORDER = 12;

  /** Mask of a tag that has to agree in every bit. */
  private static final long EXACT = -1;

  /** Returned by {@link #find} for a miss. */
  public static final int MISS = -1;

  private final long[] tag = new long[SETS * WAYS];
  private final long[] iova = new long[SETS * WAYS];

  /** log2 of the page size; 0 for a free way. */
  private final byte[] order = new byte[SETS * WAYS];

  private final long[] phys = new long[SETS * WAYS];
  private final byte[] rights = new byte[SETS * WAYS];
  private final byte[] victim = new byte[SETS];

  /** Ways that hold more than a page. */
  private int blocks;

  private int used;
  private long hits;
  private long misses;
  private long evictions;
  private long invalidations;
  private long invalidated;

  private static int set(long address) {
    return (int) (address >>> PAGE_ORDER) & (SETS - 1);
  }

  /** The way that translates {@code address}, or {@link #MISS}. */
  public int find(long wantedTag, long address) {
    int first = set(address) * WAYS;
    for (int way = first; way < first + WAYS; way++) {
      if (order[way] != 0 && tag[way] == wantedTag && (iova[way] ^ address) >>> order[way] == 0) {
        hits++;
        return way;
      }
    }
    misses++;
    return MISS;
  }

  /** Physical address of {@code address} by that way. */
  public long phys(int way, long address) {
    return phys[way] + (address - iova[way]);
  }

  /** {@link Rights} of that way. */
  public int rights(int way) {
    return rights[way];
  }

  /** Caches the page of {@code 1 << pageOrder} bytes that holds {@code address}. */
  public void fill(long newTag, long address, int pageOrder, long addressPhys, int pageRights) {
    int set = set(address);
    int way = set * WAYS + victim[set];
    victim[set] = (byte) ((victim[set] + 1) & (WAYS - 1));
    evictions += order[way] != 0 ? 1 : 0;
    drop(way);
    used++;
    long offset = address & ((1L << pageOrder) - 1);
    tag[way] = newTag;
    iova[way] = address - offset;
    order[way] = (byte) pageOrder;
    phys[way] = addressPhys - offset;
    rights[way] = (byte) (pageRights & Rights.ALL);
    blocks += pageOrder > PAGE_ORDER ? 1 : 0;
  }

  private void drop(int way) {
    blocks -= order[way] > PAGE_ORDER ? 1 : 0;
    used -= order[way] != 0 ? 1 : 0;
    order[way] = 0;
  }

  /** Drops what covers any byte from {@code start} to {@code last}. */
  public void flush(long goneTag, long start, long last) {
    flush(goneTag, EXACT, start, last);
  }

  /** Likewise of all tags that are {@code goneTag} in the bits of {@code mask}. */
  public void flush(long goneTag, long mask, long start, long last) {
    int before = used;
    boolean onePage = (start ^ last) >>> PAGE_ORDER == 0;
    int from = onePage && blocks == 0 ? set(start) * WAYS : 0;
    int to = onePage && blocks == 0 ? from + WAYS : SETS * WAYS;
    for (int way = from; way < to; way++) {
      boolean touched =
          order[way] != 0
              && ((tag[way] ^ goneTag) & mask) == 0
              && Long.compareUnsigned(iova[way], last) <= 0
              && Long.compareUnsigned(iova[way] + (1L << order[way]) - 1, start) >= 0;
      if (touched) {
        drop(way);
      }
    }
    countInvalidation(before);
  }

  private void countInvalidation(int usedBefore) {
    invalidations++;
    invalidated += usedBefore - used;
  }

  /** Drops all of one tag. */
  public void flush(long goneTag) {
    flush(goneTag, EXACT);
  }

  /** Drops all tags that are {@code goneTag} in the bits of {@code mask}. */
  public void flush(long goneTag, long mask) {
    int before = used;
    for (int way = 0; way < SETS * WAYS; way++) {
      if (order[way] != 0 && ((tag[way] ^ goneTag) & mask) == 0) {
        drop(way);
      }
    }
    countInvalidation(before);
  }

  public void flushAll() {
    int before = used;
    Arrays.fill(order, (byte) 0);
    used = 0;
    blocks = 0;
    countInvalidation(before);
  }

  public TlbCounts counts() {
    return new TlbCounts(hits, misses, evictions, invalidations, invalidated);
  }
}
