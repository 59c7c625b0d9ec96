package org.bufferyard.iommu.intel;

import org.bufferyard.api.iommu.TlbCounts;

/**
 * A cache of translated pages, tagged by domain id and, for first-level pages, PASID ({@link
 * Route#tag}): the IOTLB of a unit, or the TLB of a device.
 *
 * <p>Algorithm: 256 sets of 4 ways; a page of any size takes one way, found by its own page number,
 * so a look-up probes one set for each page size; victims round robin. Cost: up to 12 compares for a
 * look-up; an invalidation walks all 1024 ways, or none while nothing is cached. No allocation.
 * Engine thread only.
 *
 * <p>Real units differ in size and replacement; only staleness is meant to be seen.
 */
final class Iotlb {
  static final int MISS = -1;

  /** The bit of a tag that tells entries apart, and that no invalidation looks at. */
  static final long UNSEEN = 1L << 41;

  private static final int SETS = 256;
  private static final int WAYS = 4;

  private static final long DID = 0xffff;

  private final int largestLevel;
  private final long[] tag = new long[SETS * WAYS];

  /** First address of the page. */
  private final long[] iova = new long[SETS * WAYS];

  /** log2 of its bytes; 0 for a free way. */
  private final byte[] shift = new byte[SETS * WAYS];

  /** Its physical address, and below bit 12 the rights of {@link EntryFormat}. */
  private final long[] page = new long[SETS * WAYS];

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

  /** The way that translates {@code address}, or {@link #MISS}. */
  int find(long wanted, long address) {
    for (int level = 0; used > 0 && level <= largestLevel; level++) {
      int order = Paging.shift(level);
      int first = set(wanted, address, order) * WAYS;
      for (int way = first; way < first + WAYS; way++) {
        if (shift[way] == order && tag[way] == wanted && (iova[way] ^ address) >>> order == 0) {
          hits++;
          return way;
        }
      }
    }
    misses++;
    return MISS;
  }

  private static int set(long tag, long address, int order) {
    return (int) (address >>> order) + (int) (tag ^ tag >>> 16) * 31 + order & SETS - 1;
  }

  /** Physical address of {@code address} by that way. */
  long phys(int way, long address) {
    long inPage = (1L << shift[way]) - 1;
    return (page[way] & Paging.ADDRESS) + (address & inPage);
  }

  /** log2 of the bytes of that way's page. */
  int shift(int way) {
    return shift[way];
  }

  /** Rights of that way's page. */
  int rights(int way) {
    return (int) page[way] & EntryFormat.ALL;
  }

  /** Caches the page of {@code 1 << order} bytes that holds {@code address}. */
  void fill(long newTag, long address, int order, long phys, int rights) {
    int set = set(newTag, address, order);
    int way = set * WAYS + victim[set];
    victim[set] = (byte) (victim[set] + 1 & WAYS - 1);
    used += shift[way] == 0 ? 1 : 0;
    evictions += shift[way] == 0 ? 0 : 1;
    tag[way] = newTag;
    iova[way] = address & -(1L << order);
    shift[way] = (byte) order;
    page[way] = phys | rights;
  }

  void flushAll() {
    flush(0, 0, 0, Long.SIZE);
  }

  /** Drops all of a domain, first-level pages too. */
  void flushDomain(int did) {
    flush(DID, did, 0, Long.SIZE);
  }

  /** Drops what a domain's second level is below of; no request of its own. */
  void flushNested(int did) {
    drop(UNSEEN | DID, UNSEEN | did, 0, Long.SIZE);
  }

  /** Drops what touches the {@code 1 << order} bytes around {@code address}, whatever its tag. */
  void flushEverySpan(long address, int order) {
    flush(0, 0, address, order);
  }

  /** Drops all with a tag. */
  void flushTag(long goneTag) {
    flush(~UNSEEN, goneTag, 0, Long.SIZE);
  }

  /** Drops what touches the {@code 1 << order} bytes around {@code address}. */
  void flushSpan(long goneTag, long address, int order) {
    flush(~UNSEEN, goneTag, address, order);
  }

  private void flush(long mask, long goneTag, long address, int order) {
    invalidations++;
    drop(mask, goneTag, address, order);
  }

  private void drop(long mask, long goneTag, long address, int order) {
    for (int way = 0; used > 0 && way < SETS * WAYS; way++) {
      if (shift[way] == 0 || (tag[way] & mask) != goneTag) {
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
