package org.bufferyard.yard.memory;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import org.bufferyard.api.memory.PhysMemory;
import org.bufferyard.api.memory.PhysRange;

/**
 * Memory for translation tables: blocks of a power of two, aligned to their size, from a window that
 * no bank decodes ({@link MemoryLayout#tables}). The bytes are real: walkers read them from
 * {@link PhysMemory}. Engine thread only.
 *
 * <p>Deviation from a machine: bus masters do not reach the window, so no device can overwrite a
 * table. A freed block serves only its own size again.
 */
public final class TableArea {
  public static final long NO_MEMORY = -1L;

  private final PhysRange window;
  private final PhysMemory memory;
  private final Injected noMemory;

  /** Freed blocks by log2 of their size. */
  private final List<Deque<Long>> free = new ArrayList<>();

  private long next;
  private long usedBytes;

  /**
   * @param noMemory counts the requests for pages, and fails one when armed
   */
  public TableArea(PhysRange window, PhysMemory memory, Injected noMemory) {
    this.window = window;
    this.memory = memory;
    this.noMemory = noMemory;
    this.next = window.base();
    for (int order = 0; order < Long.SIZE; order++) {
      free.add(new ArrayDeque<>());
    }
  }

  /** A zeroed block; {@link #NO_MEMORY} when the window is full, or told to be. */
  public long allocate(long sizeBytes) {
    if (sizeBytes <= 0 || Long.bitCount(sizeBytes) != 1) {
      throw new IllegalArgumentException("a table of " + sizeBytes + " bytes is no power of two");
    }
    if (noMemory.takes()) {
      return NO_MEMORY;
    }
    Deque<Long> same = freeBlocks(sizeBytes);
    long block;
    if (!same.isEmpty()) {
      block = same.pop();
    } else {
      block = (next + sizeBytes - 1) & -sizeBytes;
      if (!window.contains(block, sizeBytes)) {
        return NO_MEMORY;
      }
      next = block + sizeBytes;
    }
    usedBytes += sizeBytes;
    memory.fill(block, sizeBytes, (byte) 0);
    return block;
  }

  public void free(long phys, long sizeBytes) {
    if (!window.contains(phys, sizeBytes)
        || Long.bitCount(sizeBytes) != 1
        || (phys & (sizeBytes - 1)) != 0) {
      throw new IllegalArgumentException(
          "no table of " + sizeBytes + " bytes at 0x" + Long.toHexString(phys));
    }
    assert !freeBlocks(sizeBytes).contains(phys) : "table freed twice: 0x" + Long.toHexString(phys);
    usedBytes -= sizeBytes;
    freeBlocks(sizeBytes).push(phys);
  }

  public long usedBytes() {
    return usedBytes;
  }

  private Deque<Long> freeBlocks(long sizeBytes) {
    return free.get(Long.numberOfTrailingZeros(sizeBytes));
  }
}
