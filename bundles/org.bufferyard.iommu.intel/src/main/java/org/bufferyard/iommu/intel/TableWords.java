package org.bufferyard.iommu.intel;

import org.bufferyard.api.iommu.IommuContext;
import org.bufferyard.api.memory.PhysMemory;

/**
 * Tables of 4 KiB in the yard's memory, read and written as little-endian 64-bit words. A read or
 * write allocates nothing. Engine thread only.
 */
final class TableWords {
  /** No table. */
  static final long NONE = -1;

  static final long TABLE_BYTES = 4096;

  private static final int WORD = Long.BYTES;

  private final IommuContext context;
  private final PhysMemory memory;
  private final byte[] word = new byte[WORD];

  TableWords(IommuContext context) {
    this.context = context;
    this.memory = context.memory();
  }

  /** A zeroed table; {@link #NONE} when there is no memory. */
  long allocate() {
    return context.allocTable(TABLE_BYTES);
  }

  void free(long table) {
    context.freeTable(table, TABLE_BYTES);
  }

  /** Whether memory answers there. */
  boolean answers(long at) {
    return memory.isRam(at);
  }

  long read(long at) {
    byte[] bytes = word;
    memory.read(at, bytes, 0, WORD);
    long value = 0;
    for (int i = WORD - 1; i >= 0; i--) {
      value = value << 8 | bytes[i] & 0xff;
    }
    return value;
  }

  void write(long at, long value) {
    byte[] bytes = word;
    for (int i = 0; i < WORD; i++) {
      bytes[i] = (byte) (value >>> 8 * i);
    }
    memory.write(at, bytes, 0, WORD);
  }
}
