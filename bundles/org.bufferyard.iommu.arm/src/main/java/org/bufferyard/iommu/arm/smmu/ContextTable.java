package org.bufferyard.iommu.arm.smmu;

import java.util.LinkedHashMap;
import java.util.Map;
import org.bufferyard.iommu.arm.pgtable.TableMemory;
import org.bufferyard.iommu.arm.smmu.ContextDescriptor.Faults;
import org.bufferyard.iommu.arm.smmu.StreamTableEntry.DefaultSubstream;
import org.bufferyard.iommu.arm.smmu.StreamTableEntry.Format;
import org.bufferyard.iommu.arm.smmu.StreamTableEntry.Stage1;

/**
 * The context descriptors of one stream in memory, as the driver keeps them ({@code arm-smmu-v3.c:
 * arm_smmu_alloc_cd_tables(), arm_smmu_alloc_cd_ptr()}): one; a linear table; or, beyond 1024, a
 * table of tables of 1024 that come with their first descriptor. Engine thread only.
 */
final class ContextTable implements AutoCloseable {
  /** CTXDESC_L1_DESC: V bit 0, L2Ptr 51:12. */
  static final int POINTER = 8;

  static final long POINTER_VALID = 1;
  static final long POINTER_ADDRESS = 0x000f_ffff_ffff_f000L;

  /** CTXDESC_LINEAR_CDMAX: without tables of tables, 64 KiB of descriptors. */
  private static final int LINEAR_BITS = 10;

  private static final ContextDescriptor NOTHING =
      new ContextDescriptor(false, 0, 0, 0, false, 0, 0, 0, 0, Faults.TERMINATE);

  private final TableMemory memory;
  private final int bits;
  private final Format format;
  private final long base;

  /** Size in bytes by address. */
  private final Map<Long, Long> blocks = new LinkedHashMap<>();

  ContextTable(TableMemory memory, SmmuV3Features features) {
    this.memory = memory;
    this.bits = substreamBits(features);
    this.format = bits > LINEAR_BITS ? Format.LEAF_64K : Format.LINEAR;
    long entries = 1L << (format == Format.LINEAR ? bits : bits - format.leafBits());
    this.base = allocate(entries * (format == Format.LINEAR ? ContextDescriptor.SIZE : POINTER));
  }

  /** master->ssid_bits. */
  static int substreamBits(SmmuV3Features features) {
    return features.twoLevelContexts()
        ? features.substreamBits()
        : Math.min(features.substreamBits(), LINEAR_BITS);
  }

  private long allocate(long size) {
    long least = Math.max(size, ContextDescriptor.SIZE);
    long block = memory.allocate(least, Long.SIZE);
    if (block != TableMemory.NONE) {
      blocks.put(block, least);
    }
    return block;
  }

  boolean exists() {
    return base != TableMemory.NONE;
  }

  Stage1 fields(DefaultSubstream dss) {
    return new Stage1(base, format, bits, dss, false);
  }

  /**
   * Writes a descriptor, making room for it.
   *
   * @return false when there is no memory
   */
  boolean write(int substream, ContextDescriptor context) {
    long at = prepare(substream);
    if (at == TableMemory.NONE) {
      return false;
    }
    context.write(memory, at);
    return true;
  }

  /** arm_smmu_clear_cd(). */
  void clear(int substream) {
    long at = entry(substream);
    if (at != TableMemory.NONE) {
      NOTHING.write(memory, at);
    }
  }

  private long prepare(int substream) {
    if (!exists() || format == Format.LINEAR || entry(substream) != TableMemory.NONE) {
      return entry(substream);
    }
    long leaf = allocate((long) ContextDescriptor.SIZE << format.leafBits());
    if (leaf != TableMemory.NONE) {
      memory.writeLong(pointer(substream), leaf | POINTER_VALID);
    }
    return entry(substream);
  }

  private long pointer(int substream) {
    return base + (long) (substream >>> format.leafBits()) * POINTER;
  }

  private long entry(int substream) {
    if (!exists() || format == Format.LINEAR) {
      return exists() ? base + (long) substream * ContextDescriptor.SIZE : TableMemory.NONE;
    }
    long level1 = memory.readLong(pointer(substream));
    int index = substream & ((1 << format.leafBits()) - 1);
    return (level1 & POINTER_VALID) == 0
        ? TableMemory.NONE
        : (level1 & POINTER_ADDRESS) + (long) index * ContextDescriptor.SIZE;
  }

  @Override
  public void close() {
    blocks.forEach(memory::free);
    blocks.clear();
  }
}
