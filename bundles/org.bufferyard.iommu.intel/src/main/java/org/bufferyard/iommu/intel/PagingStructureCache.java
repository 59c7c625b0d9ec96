package org.bufferyard.iommu.intel;

/**
 * What the hardware keeps of entries that point to tables (VT-d specification 6.2.4,
 * "Paging-Structure Caches"): for a part of a domain's address space, the table below and the rights
 * so far, so that a walk need not begin at the top. In nested translation the table's address is the
 * second level's result. Entries that are not present are not kept.
 *
 * <p>An invalidation with IH leaves all of this alone, as the specification allows: software promised
 * that no table went. Where that was not true the walk goes on in a table that is no longer one, and
 * {@link #survivor} tells that somebody should look.
 *
 * <p>Algorithm: 256 slots, direct mapped by tag, level and address. Cost: a compare for each level of
 * a walk; an invalidation walks all slots. No allocation. Engine thread only.
 *
 * <p>Real units keep one cache for each level, of other sizes.
 */
final class PagingStructureCache {
  static final int MISS = -1;

  private static final int SLOTS = 256;
  private static final long DID = 0xffff;

  private final long[] tag = new long[SLOTS];

  /** First address that the table covers. */
  private final long[] iova = new long[SLOTS];
  private final long[] table = new long[SLOTS];

  /** Levels from the table down, its own included; 0 for a free slot. */
  private final byte[] depth = new byte[SLOTS];
  private final byte[] rights = new byte[SLOTS];
  private final boolean[] survivor = new boolean[SLOTS];
  private int used;

  private static int slot(long tag, long address, int level) {
    long part = address >>> Paging.shift(level + 1);
    return (int) (part ^ part >>> 8 ^ (tag ^ tag >>> 16) * 31) + level * 61 & SLOTS - 1;
  }

  /** The slot with the lowest table for {@code address}; {@link #MISS} when the walk begins at the top. */
  int find(long wanted, long address, int levels) {
    for (int level = 0; used > 0 && level < levels - 1; level++) {
      int slot = slot(wanted, address, level);
      if (depth[slot] == level + 1
          && tag[slot] == wanted
          && (iova[slot] ^ address) >>> Paging.shift(level + 1) == 0) {
        return slot;
      }
    }
    return MISS;
  }

  int level(int slot) {
    return depth[slot] - 1;
  }

  long table(int slot) {
    return table[slot];
  }

  int rights(int slot) {
    return rights[slot];
  }

  /** Whether an invalidation with IH has passed over it. */
  boolean survivor(int slot) {
    return survivor[slot];
  }

  /**
   * Keeps a table.
   *
   * @param level of the entries in it
   * @param sofar rights of {@link EntryFormat} that the entries above it leave
   */
  void fill(long newTag, long address, int level, long phys, int sofar) {
    int slot = slot(newTag, address, level);
    used += depth[slot] == 0 ? 1 : 0;
    tag[slot] = newTag;
    iova[slot] = address & -Paging.span(level + 1);
    table[slot] = phys;
    depth[slot] = (byte) (level + 1);
    rights[slot] = (byte) sofar;
    survivor[slot] = false;
  }

  void flushAll() {
    flush(0, 0, 0, Long.SIZE);
  }

  /** Drops all of a domain, whatever its PASID. */
  void flushDomain(int did) {
    flush(DID, did, 0, Long.SIZE);
  }

  /** Drops what a domain's second level is below of. */
  void flushNested(int did) {
    flush(Iotlb.UNSEEN | DID, Iotlb.UNSEEN | did, 0, Long.SIZE);
  }

  /** Drops all with a tag. */
  void flushTag(long goneTag) {
    flush(~Iotlb.UNSEEN, goneTag, 0, Long.SIZE);
  }

  /** Drops the tables that the {@code 1 << order} bytes around {@code address} are reached by. */
  void flushSpan(long goneTag, long address, int order) {
    flush(~Iotlb.UNSEEN, goneTag, address, order);
  }

  private void flush(long mask, long goneTag, long address, int order) {
    for (int slot = 0; used > 0 && slot < SLOTS; slot++) {
      if (isOf(slot, mask, goneTag, address, order)) {
        depth[slot] = 0;
        used--;
      }
    }
  }

  private boolean isOf(int slot, long mask, long wanted, long address, int order) {
    int wider = Math.max(order, Paging.shift(depth[slot]));
    return depth[slot] != 0
        && (tag[slot] & mask) == wanted
        && (wider >= Long.SIZE || (iova[slot] ^ address) >>> wider == 0);
  }

  /** An invalidation with IH: nothing goes. */
  void spare(long sparedTag, long address, int order) {
    for (int slot = 0; used > 0 && slot < SLOTS; slot++) {
      survivor[slot] |= isOf(slot, ~Iotlb.UNSEEN, sparedTag, address, order);
    }
  }
}
