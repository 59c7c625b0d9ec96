package org.bufferyard.iommu.exynos;

import org.bufferyard.api.iommu.IommuContext;
import org.bufferyard.api.memory.PhysMemory;

/**
 * Where tables of 32-bit entries lie: little-endian words in the yard's memory, in blocks that an
 * entry has bits to point to. A read or write allocates nothing. Engine thread only.
 */
public final class TableMemory {
  /** No block. */
  public static final long NONE = -1;

  private static final int ENTRY = Integer.BYTES;

  private final IommuContext context;
  private final PhysMemory memory;
  private final int addressBits;
  private final byte[] word = new byte[ENTRY];

  /**
   * Memory for tables of one format.
   *
   * @param addressBits width of a physical address in an entry, below 64
   */
  public TableMemory(IommuContext context, int addressBits) {
    this.context = context;
    this.memory = context.memory();
    this.addressBits = addressBits;
  }

  /**
   * A zeroed table that entries can point to; {@link #NONE} when there is none. The kernel takes
   * them from low memory, so that it never meets one that it cannot reach.
   *
   * @param sizeBytes power of two
   */
  public long allocate(long sizeBytes) {
    long table = context.allocTable(sizeBytes);
    if (table != NONE && (table + sizeBytes - 1) >>> addressBits != 0) {
      context.freeTable(table, sizeBytes);
      return NONE;
    }
    return table;
  }

  public void free(long table, long sizeBytes) {
    context.freeTable(table, sizeBytes);
  }

  /** Whether memory answers there. */
  public boolean answers(long at) {
    return memory.isRam(at);
  }

  public int read(long at) {
    byte[] bytes = word;
    memory.read(at, bytes, 0, ENTRY);
    return (bytes[0] & 0xff)
        | ((bytes[1] & 0xff) << 8)
        | ((bytes[2] & 0xff) << 16)
        | (bytes[3] << 24);
  }

  public void write(long at, int entry) {
    encode(entry, word, 0);
    memory.write(at, word, 0, ENTRY);
  }

  /** Writes the same entry {@code count} times. */
  public void fill(long at, int count, int entry) {
    byte[] entries = new byte[count * ENTRY];
    for (int offset = 0; offset < entries.length; offset += ENTRY) {
      encode(entry, entries, offset);
    }
    memory.write(at, entries, 0, entries.length);
  }

  private static void encode(int entry, byte[] into, int at) {
    for (int i = 0; i < ENTRY; i++) {
      into[at + i] = (byte) (entry >> (8 * i));
    }
  }
}
