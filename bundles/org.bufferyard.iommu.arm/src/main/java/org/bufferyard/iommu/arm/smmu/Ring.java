package org.bufferyard.iommu.arm.smmu;

import org.bufferyard.iommu.arm.pgtable.TableMemory;

/**
 * A queue in memory with a producer and a consumer index that wrap at twice its length (SMMU
 * architecture, 3.5.1), and the flags of an output queue by which the producer says that it lost
 * something (OVFLG) and the consumer that it knows (OVACKFLG). Engine thread only.
 */
final class Ring implements AutoCloseable {
  private final TableMemory memory;
  private final int entryShift;
  private final int countShift;
  private long base;
  private int producer;
  private int consumer;
  private boolean overflowed;

  /**
   * @param entryShift log2 of the bytes of an entry
   * @param countShift log2 of the number of entries
   */
  Ring(TableMemory memory, int entryShift, int countShift) {
    this.memory = memory;
    this.entryShift = entryShift;
    this.countShift = countShift;
    this.base = memory.allocate(1L << (entryShift + countShift), Long.SIZE);
  }

  boolean exists() {
    return base != TableMemory.NONE;
  }

  boolean isEmpty() {
    return producer == consumer;
  }

  /** The same index, another lap. */
  boolean isFull() {
    return (producer ^ consumer) == 1 << countShift;
  }

  /** The producer lost an entry. */
  void overflow() {
    overflowed = true;
  }

  /** Whether OVFLG and OVACKFLG differ. */
  boolean hasOverflowed() {
    return overflowed;
  }

  /** The consumer knows of it. */
  void acknowledgeOverflow() {
    overflowed = false;
  }

  /** Where the next entry is to be written; to be followed by {@link #produced}. */
  long producerSlot() {
    return slot(producer);
  }

  void produced() {
    producer = next(producer);
  }

  /** Where the oldest entry stands; to be followed by {@link #consumed}. */
  long consumerSlot() {
    return slot(consumer);
  }

  void consumed() {
    consumer = next(consumer);
  }

  private long slot(int index) {
    return base + ((long) (index & ((1 << countShift) - 1)) << entryShift);
  }

  private int next(int index) {
    return (index + 1) & ((2 << countShift) - 1);
  }

  @Override
  public void close() {
    if (base != TableMemory.NONE) {
      memory.free(base, 1L << (entryShift + countShift));
      base = TableMemory.NONE;
    }
  }
}
