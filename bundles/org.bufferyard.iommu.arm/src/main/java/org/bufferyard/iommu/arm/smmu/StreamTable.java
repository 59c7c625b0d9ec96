package org.bufferyard.iommu.arm.smmu;

import java.util.LinkedHashMap;
import java.util.Map;
import org.bufferyard.iommu.arm.pgtable.TableMemory;

/**
 * The stream table in memory (SMMU architecture, 5.1; {@code arm-smmu-v3.c:
 * arm_smmu_init_strtab()}): linear, or of two levels split at bit 8 whose second level comes with
 * the first stream in it. New entries abort. Engine thread only.
 */
final class StreamTable implements AutoCloseable {
  private static final int SPLIT = 8;
  private static final int L1_DESCRIPTOR = 8;
  private static final long L2_POINTER = 0x000f_ffff_ffff_ffc0L;
  private static final int SPAN_MASK = 0x1f;

  /** STRTAB_L1_DESC_SPAN: 2 to the power of span minus one entries. */
  private static final int SPAN = SPLIT + 1;

  private final TableMemory memory;
  private final boolean twoLevels;
  private final int streamBits;
  private final long base;

  /** Size in bytes by address, the first level included. */
  private final Map<Long, Long> blocks = new LinkedHashMap<>();

  StreamTable(TableMemory memory, int streamBits, boolean twoLevels) {
    this.memory = memory;
    this.streamBits = streamBits;
    this.twoLevels = twoLevels && streamBits > SPLIT;
    long entries = this.twoLevels ? 1L << (streamBits - SPLIT) : 1L << streamBits;
    this.base = allocate(entries * (this.twoLevels ? L1_DESCRIPTOR : StreamTableEntry.SIZE));
    if (base != TableMemory.NONE && !this.twoLevels) {
      abort(base, entries);
    }
  }

  private long allocate(long size) {
    long block = memory.allocate(size, Long.SIZE);
    if (block != TableMemory.NONE) {
      blocks.put(block, size);
    }
    return block;
  }

  private void abort(long first, long entries) {
    for (long i = 0; i < entries; i++) {
      StreamTableEntry.ABORT.write(memory, first + i * StreamTableEntry.SIZE);
    }
  }

  boolean has(long stream) {
    return stream >>> streamBits == 0;
  }

  /**
   * The driver's side: makes room for a stream ({@code arm_smmu_init_sid_strtab()}).
   *
   * @return false when there is no memory
   */
  boolean prepare(long stream) {
    if (base == TableMemory.NONE) {
      return false;
    }
    if (!twoLevels || memory.readLong(descriptor(stream)) != 0) {
      return true;
    }
    long entries = 1L << SPLIT;
    long level2 = allocate(entries * StreamTableEntry.SIZE);
    if (level2 == TableMemory.NONE) {
      return false;
    }
    abort(level2, entries);
    memory.writeLong(descriptor(stream), level2 | SPAN);
    return true;
  }

  private long descriptor(long stream) {
    return base + (stream >>> SPLIT) * L1_DESCRIPTOR;
  }

  /**
   * The hardware's side: where the entry of a stream lies; {@link TableMemory#NONE} when the table
   * has none for it.
   */
  long entry(long stream) {
    if (!has(stream) || base == TableMemory.NONE) {
      return TableMemory.NONE;
    }
    if (!twoLevels) {
      return base + stream * StreamTableEntry.SIZE;
    }
    long level1 = memory.readLong(descriptor(stream));
    long index = stream & ((1L << SPLIT) - 1);
    int span = (int) level1 & SPAN_MASK;
    return span == 0 || index >= 1L << (span - 1)
        ? TableMemory.NONE
        : (level1 & L2_POINTER) + index * StreamTableEntry.SIZE;
  }

  @Override
  public void close() {
    blocks.forEach(memory::free);
    blocks.clear();
  }
}
