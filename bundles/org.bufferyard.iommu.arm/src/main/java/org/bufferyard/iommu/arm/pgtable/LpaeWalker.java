package org.bufferyard.iommu.arm.pgtable;

import static org.bufferyard.iommu.arm.pgtable.LpaeShape.LAST_LEVEL;

import java.util.Optional;
import java.util.OptionalInt;
import org.bufferyard.iommu.arm.pgtable.PageTable.Found;

/**
 * The hardware's walk of LPAE tables, configured by a driver's request or by the fields of TCR and
 * VTCR. The answer stays here until the next walk, so that a walk allocates nothing. Engine thread
 * only.
 */
public final class LpaeWalker {
  private final LpaeShape shape;
  private final TableMemory memory;

  private long walkedPhys;
  private int walkedOrder;
  private int walkedProt;

  LpaeWalker(LpaeShape shape, TableMemory memory) {
    this.shape = shape;
    this.memory = memory;
  }

  /** Stage 1 by T0SZ, TG0 and IPS; empty when they make no table. */
  public static Optional<LpaeWalker> stage1(
      TableMemory memory, int sizeOffset, int granuleCode, int outputCode) {
    return LpaeShape.ofRegisters(sizeOffset, granuleCode, outputCode, OptionalInt.empty())
        .map(shape -> new LpaeWalker(shape, memory));
  }

  /** Stage 2 by T0SZ, TG0, PS and SL0; empty when they make no table. */
  public static Optional<LpaeWalker> stage2(
      TableMemory memory, int sizeOffset, int granuleCode, int outputCode, int startLevel) {
    return LpaeShape.ofRegisters(sizeOffset, granuleCode, outputCode, OptionalInt.of(startLevel))
        .filter(shape -> shape.startLevel() >= 0 && shape.pgdBits() > 0)
        .map(shape -> new LpaeWalker(shape, memory));
  }

  /** Walks from the first table at {@code base}. */
  public Found walk(long base, long iova) {
    if (!shape.isInput(iova)) {
      return Found.NOTHING;
    }
    long table = base;
    for (int level = shape.startLevel(); level <= LAST_LEVEL; level++) {
      long at = table + 8L * shape.index(iova, level);
      if (!memory.answers(at)) {
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
        return found(entry, phys, level, iova);
      }
      table = phys;
    }
    return Found.NOTHING;
  }

  private Found found(long entry, long phys, int level, long iova) {
    long size = shape.blockSize(level);
    walkedOrder = shape.shift(level);
    walkedPhys = (phys & -size) | (iova & (size - 1));
    walkedProt = LpaeEntry.prot(shape, entry);
    return LpaeEntry.isAccessed(shape, entry) ? Found.PAGE : Found.NOT_ACCESSED;
  }

  /** Physical address that the last walk found for its iova. */
  public long walkedPhys() {
    return walkedPhys;
  }

  /** log2 of the size of the page that the last walk found. */
  public int walkedOrder() {
    return walkedOrder;
  }

  /** READ and WRITE as the hardware checks them in the page that the last walk found. */
  public int walkedProt() {
    return walkedProt;
  }
}
