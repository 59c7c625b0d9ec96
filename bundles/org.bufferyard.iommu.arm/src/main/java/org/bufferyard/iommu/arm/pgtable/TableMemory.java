package org.bufferyard.iommu.arm.pgtable;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import org.bufferyard.api.iommu.IommuContext;
import org.bufferyard.api.memory.PhysMemory;

/**
 * Little-endian words in the yard's memory, and blocks of it for tables and queues. A read or write
 * allocates nothing. Engine thread only.
 */
public final class TableMemory {
  /** No block. */
  public static final long NONE = -1;

  private static final VarHandle LONG =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
  private static final VarHandle INT =
      MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);

  private final IommuContext context;
  private final PhysMemory memory;
  private final byte[] word = new byte[Long.BYTES];

  public TableMemory(IommuContext context) {
    this.context = context;
    this.memory = context.memory();
  }

  /**
   * A zeroed block that an address of {@code addressBits} reaches; {@link #NONE} when there is
   * none.
   *
   * @param sizeBytes power of two
   */
  public long allocate(long sizeBytes, int addressBits) {
    long block = context.allocTable(sizeBytes);
    if (block != NONE && addressBits < Long.SIZE && (block + sizeBytes - 1) >>> addressBits != 0) {
      context.freeTable(block, sizeBytes);
      return NONE;
    }
    return block;
  }

  public void free(long block, long sizeBytes) {
    context.freeTable(block, sizeBytes);
  }

  /** Whether memory answers there. */
  public boolean answers(long at) {
    return memory.isRam(at);
  }

  public long readLong(long at) {
    memory.read(at, word, 0, Long.BYTES);
    return (long) LONG.get(word, 0);
  }

  public void writeLong(long at, long value) {
    LONG.set(word, 0, value);
    memory.write(at, word, 0, Long.BYTES);
  }

  public int readInt(long at) {
    memory.read(at, word, 0, Integer.BYTES);
    return (int) INT.get(word, 0);
  }

  public void writeInt(long at, int value) {
    INT.set(word, 0, value);
    memory.write(at, word, 0, Integer.BYTES);
  }
}
