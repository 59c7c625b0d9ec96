package org.bufferyard.iommu.arm.pgtable;

import static org.bufferyard.iommu.arm.pgtable.LpaeShape.LAST_LEVEL;

import java.util.Optional;
import java.util.OptionalInt;

/**
 * The hardware's walk of LPAE tables, configured by a driver's request or by the fields of TCR and
 * VTCR. Engine thread only.
 */
public final class LpaeWalker implements TableWalker {
  private final LpaeShape shape;
  private final TableMemory memory;
  private final TableFetch fetch;
  private final long base;

  private long fetched;
  private long walkedPhys;
  private int walkedOrder;
  private int walkedProt;
  private int walkedRights;
  private boolean walkedDevice;

  LpaeWalker(LpaeShape shape, TableMemory memory, long base) {
    this(shape, memory, base, at -> memory.answers(at) ? at : TableMemory.NONE);
  }

  private LpaeWalker(LpaeShape shape, TableMemory memory, long base, TableFetch fetch) {
    this.shape = shape;
    this.memory = memory;
    this.base = base;
    this.fetch = fetch;
  }

  /**
   * Stage 1 from {@code base} by T0SZ, TG0 and IPS; empty when they make no table.
   *
   * @param fetch what the addresses of tables mean
   */
  public static Optional<LpaeWalker> stage1(
      TableMemory memory,
      long base,
      int sizeOffset,
      int granuleCode,
      int outputCode,
      TableFetch fetch) {
    return LpaeShape.ofRegisters(sizeOffset, granuleCode, outputCode, OptionalInt.empty())
        .map(shape -> new LpaeWalker(shape, memory, base, fetch));
  }

  /** Stage 2 from {@code base} by T0SZ, TG0, PS and SL0; empty when they make no table. */
  public static Optional<LpaeWalker> stage2(
      TableMemory memory,
      long base,
      int sizeOffset,
      int granuleCode,
      int outputCode,
      int startLevel) {
    return LpaeShape.ofRegisters(sizeOffset, granuleCode, outputCode, OptionalInt.of(startLevel))
        .filter(shape -> shape.startLevel() >= 0 && shape.pgdBits() > 0)
        .map(shape -> new LpaeWalker(shape, memory, base));
  }

  @Override
  public Found walk(long iova) {
    if (!shape.isInput(iova)) {
      return Found.NOTHING;
    }
    long table = base;
    long above = 0;
    for (int level = shape.startLevel(); level <= LAST_LEVEL; level++) {
      fetched = table + 8L * shape.index(iova, level);
      long at = fetch.locate(fetched);
      if (at == TableMemory.NONE) {
        return Found.BROKEN;
      }
      long entry = memory.readLong(at);
      boolean leaf = LpaeEntry.isLeaf(shape, level, entry);
      if (leaf ? !shape.hasLeaves(level) : !LpaeEntry.isTable(shape, level, entry)) {
        return Found.NOTHING;
      }
      long phys = LpaeEntry.phys(shape, entry);
      if (phys >>> shape.request().outputBits() != 0) {
        return Found.TOO_FAR;
      }
      if (leaf) {
        return found(entry, above, phys, level, iova);
      }
      above |= entry;
      table = phys;
    }
    return Found.NOTHING;
  }

  private Found found(long entry, long above, long phys, int level, long iova) {
    long size = shape.blockSize(level);
    walkedOrder = shape.shift(level);
    walkedPhys = (phys & -size) | (iova & (size - 1));
    walkedProt = LpaeEntry.prot(shape, entry);
    walkedRights = LpaeEntry.rights(shape, entry, above);
    walkedDevice = LpaeEntry.isDevice(shape, entry);
    return LpaeEntry.isAccessed(shape, entry) ? Found.PAGE : Found.NOT_ACCESSED;
  }

  @Override
  public long walkedPhys() {
    return walkedPhys;
  }

  @Override
  public int walkedOrder() {
    return walkedOrder;
  }

  @Override
  public int walkedProt() {
    return walkedProt;
  }

  @Override
  public int walkedRights() {
    return walkedRights;
  }

  /** Whether the page that the last walk found in stage 2 is device memory. */
  public boolean walkedDevice() {
    return walkedDevice;
  }

  /** Address of the entry that the last walk read or tried to read last, before it is located. */
  public long fetched() {
    return fetched;
  }
}
