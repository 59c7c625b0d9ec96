package org.bufferyard.iommu.intel;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
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
  private static final VarHandle WORDS =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

  private static final VarHandle INTS =
      MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);

  private final IommuContext context;
  private final PhysMemory memory;
  private final byte[] word = new byte[WORD];
  private final byte[] many = new byte[(int) TABLE_BYTES];

  TableWords(IommuContext context) {
    this.context = context;
    this.memory = context.memory();
  }

  /** A zeroed table; {@link #NONE} when there is no memory. */
  long allocate() {
    return allocate(TABLE_BYTES);
  }

  long allocate(long bytes) {
    return context.allocTable(bytes);
  }

  void free(long table) {
    free(table, TABLE_BYTES);
  }

  void free(long table, long bytes) {
    context.freeTable(table, bytes);
  }

  /** Whether memory answers there. */
  boolean answers(long at) {
    return memory.isRam(at);
  }

  long read(long at) {
    memory.read(at, word, 0, WORD);
    return (long) WORDS.get(word, 0);
  }

  void write(long at, long value) {
    WORDS.set(word, 0, value);
    memory.write(at, word, 0, WORD);
  }

  /** Writes 32 bits. */
  void writeInt(long at, int value) {
    INTS.set(word, 0, value);
    memory.write(at, word, 0, Integer.BYTES);
  }

  int readInt(long at) {
    return (int) read(at);
  }

  /** Reads the first {@code count} words at an address, of one table. */
  void read(long at, long[] into, int count) {
    memory.read(at, many, 0, count * WORD);
    for (int i = 0; i < count; i++) {
      into[i] = (long) WORDS.get(many, i * WORD);
    }
  }

  /** Writes {@code count} words of one table. */
  void write(long at, long[] from, int count) {
    for (int i = 0; i < count; i++) {
      WORDS.set(many, i * WORD, from[i]);
    }
    memory.write(at, many, 0, count * WORD);
  }

  void clear(long at, int count) {
    memory.fill(at, (long) count * WORD, (byte) 0);
  }
}
