package org.bufferyard.iommu.arm.m4u;

import org.bufferyard.api.iommu.IommuProt;
import org.bufferyard.iommu.arm.pgtable.TableMemory;
import org.bufferyard.iommu.arm.pgtable.TableWalker;

/**
 * The table of generation 1: one word a 4 KiB page of 4 GiB, 4 MiB in all.
 *
 * <pre>
 * valid 1, non-secure 3, address 31:12; no rights
 * </pre>
 *
 * <p>Cost: a word read a walk, no allocation. Engine thread only.
 */
final class FlatTable implements TableWalker, AutoCloseable {
  static final int PAGE_SHIFT = 12;
  static final long PAGE = 1L << PAGE_SHIFT;
  static final long SIZE = 4L << 20;
  static final int VALID = 1 << 1;
  static final int NON_SECURE = 1 << 3;

  private final TableMemory memory;
  private long base;
  private long walkedPhys;

  FlatTable(TableMemory memory) {
    this.memory = memory;
    this.base = memory.allocate(SIZE, Integer.SIZE);
  }

  boolean exists() {
    return base != TableMemory.NONE;
  }

  /** REG_MMU_PT_BASE_ADDR. */
  long base() {
    return base;
  }

  private long at(long iova) {
    return base + 4 * (iova >>> PAGE_SHIFT);
  }

  /** The word of the page that holds {@code iova}. */
  int entry(long iova) {
    return memory.readInt(at(iova));
  }

  /** Writes a page; its address is cut to 32 bits, as the driver does. */
  void set(long iova, long phys) {
    memory.writeInt(at(iova), (int) phys | VALID | NON_SECURE);
  }

  void clear(long iova) {
    memory.writeInt(at(iova), 0);
  }

  @Override
  public Found walk(long iova) {
    if (!exists() || iova >>> Integer.SIZE != 0) {
      return Found.NOTHING;
    }
    int entry = entry(iova);
    if ((entry & VALID) == 0) {
      return Found.NOTHING;
    }
    walkedPhys = Integer.toUnsignedLong(entry & (int) -PAGE) | iova & (PAGE - 1);
    return Found.PAGE;
  }

  @Override
  public long walkedPhys() {
    return walkedPhys;
  }

  @Override
  public int walkedOrder() {
    return PAGE_SHIFT;
  }

  @Override
  public int walkedProt() {
    return IommuProt.READ | IommuProt.WRITE;
  }

  @Override
  public void close() {
    if (exists()) {
      memory.free(base, SIZE);
      base = TableMemory.NONE;
    }
  }
}
