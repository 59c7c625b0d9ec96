package org.bufferyard.iommu.intel;

import java.util.Arrays;
import org.bufferyard.api.iommu.TlbCounts;

/**
 * The cache of translated pages of one unit, tagged by domain id.
 *
 * <p>Algorithm: 256 sets of 4 ways; a page of any size takes one way, found by its own page number,
 * so a look-up probes one set for each page size; victims round robin. Invalidation is global, by
 * domain, or by a power-of-two span of a domain ({@code intel/cache.c:
 * calculate_psi_aligned_address()}). Cost: up to 12 compares for a look-up; an invalidation walks
 * all 1024 ways, or none while nothing is cached. No allocation. Engine thread only.
 *
 * <p>Real units differ in size and replacement; only staleness is meant to be seen.
 */
final class Iotlb {
  static final int MISS = -1;

  private static final int SETS = 256;
  private static final int WAYS = 4;

  /** CAP.MAMV as units have it: spans beyond 2^18 pages are flushed by domain. */
  private static final int MAX_SPAN_SHIFT = SecondLevelEntry.PAGE_SHIFT + 18;

  private final int largestLevel;
  private final int[] did = new int[SETS * WAYS];

  /** First address of the page. */
  private final long[] iova = new long[SETS * WAYS];

  /** log2 of its bytes; 0 for a free way. */
  private final byte[] shift = new byte[SETS * WAYS];

  /** Its leaf entry. */
  private final long[] entry = new long[SETS * WAYS];

  private final byte[] victim = new byte[SETS];
  private int used;
  private long hits;
  private long misses;
  private long evictions;
  private long invalidations;
  private long invalidated;

  Iotlb(int largestLevel) {
    this.largestLevel = largestLevel;
  }

  /** The way that translates {@code address} in a domain, or {@link #MISS}. */
  int find(int domain, long address) {
    for (int level = 0; used > 0 && level <= largestLevel; level++) {
      int order = SecondLevelEntry.shift(level);
      int first = set(domain, address, order) * WAYS;
      for (int way = first; way < first + WAYS; way++) {
        if (shift[way] == order && did[way] == domain && (iova[way] ^ address) >>> order == 0) {
          hits++;
          return way;
        }
      }
    }
    misses++;
    return MISS;
  }

  private static int set(int domain, long address, int order) {
    return (int) (address >>> order) + domain * 31 + order & SETS - 1;
  }

  long entry(int way) {
    return entry[way];
  }

  int shift(int way) {
    return shift[way];
  }

  /** Caches the leaf of {@code 1 << order} bytes that holds {@code address}. */
  void fill(int domain, long address, int order, long leaf) {
    int set = set(domain, address, order);
    int way = set * WAYS + victim[set];
    victim[set] = (byte) (victim[set] + 1 & WAYS - 1);
    used += shift[way] == 0 ? 1 : 0;
    evictions += shift[way] == 0 ? 0 : 1;
    did[way] = domain;
    iova[way] = address & -(1L << order);
    shift[way] = (byte) order;
    entry[way] = leaf;
  }

  /** DMA_TLB_GLOBAL_FLUSH. */
  void flushAll() {
    Arrays.fill(shift, (byte) 0);
    invalidations++;
    invalidated += used;
    used = 0;
  }

  /** DMA_TLB_DSI_FLUSH. */
  void flushDomain(int domain) {
    flushSpan(domain, 0, Long.SIZE);
  }

  /** DMA_TLB_PSI_FLUSH of the smallest aligned power-of-two span that covers both addresses. */
  void flushPages(int domain, long first, long last) {
    int order = Long.SIZE - Long.numberOfLeadingZeros(first ^ last);
    flushSpan(domain, first, order > MAX_SPAN_SHIFT ? Long.SIZE : order);
  }

  private void flushSpan(int domain, long address, int order) {
    invalidations++;
    for (int way = 0; used > 0 && way < SETS * WAYS; way++) {
      if (shift[way] == 0 || did[way] != domain) {
        continue;
      }
      int wider = Math.max(order, shift[way]);
      if (wider >= Long.SIZE || (iova[way] ^ address) >>> wider == 0) {
        shift[way] = 0;
        used--;
        invalidated++;
      }
    }
  }

  TlbCounts counts() {
    return new TlbCounts(hits, misses, evictions, invalidations, invalidated);
  }
}
