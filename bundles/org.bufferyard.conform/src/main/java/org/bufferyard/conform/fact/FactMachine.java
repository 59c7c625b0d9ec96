package org.bufferyard.conform.fact;

import java.util.HashMap;
import java.util.Map;
import org.bufferyard.api.event.EventSink;
import org.bufferyard.api.iommu.IommuContext;
import org.bufferyard.api.kernel.KernelProfile;
import org.bufferyard.api.memory.PageBacking;
import org.bufferyard.api.memory.PhysMemory;

/**
 * Where a translation table of a fact lies: endless RAM without a board, whose tables are counted.
 * Not thread-safe.
 */
final class FactMachine implements IommuContext, PhysMemory {
  private static final int PAGE = 4096;

  /** Low, since some formats have 32-bit table entries. */
  private static final long FIRST_TABLE = 0x1000_0000L;

  private final Map<Long, byte[]> pages = new HashMap<>();
  private long next = FIRST_TABLE;
  private int tables;

  /** Tables allocated since the machine came. */
  int tables() {
    return tables;
  }

  @Override
  public PhysMemory memory() {
    return this;
  }

  @Override
  public long allocTable(long sizeBytes) {
    long table = (next + sizeBytes - 1) & -sizeBytes;
    next = table + sizeBytes;
    tables++;
    return table;
  }

  @Override
  public void freeTable(long phys, long sizeBytes) {
    // Never given out again: a stale pointer finds nobody else's table.
  }

  @Override
  public KernelProfile kernel() {
    return KernelProfile.DEFAULT;
  }

  @Override
  public EventSink events() {
    return Unheard.EVENTS;
  }

  @Override
  public PageBacking backing(long phys) {
    return PageBacking.LINEAR;
  }

  @Override
  public boolean isRam(long phys) {
    return true;
  }

  private byte[] page(long phys) {
    return pages.computeIfAbsent(phys / PAGE, p -> new byte[PAGE]);
  }

  @Override
  public void read(long phys, byte[] into, int offset, int length) {
    for (int i = 0; i < length; i++) {
      into[offset + i] = page(phys + i)[(int) ((phys + i) % PAGE)];
    }
  }

  @Override
  public void write(long phys, byte[] from, int offset, int length) {
    for (int i = 0; i < length; i++) {
      page(phys + i)[(int) ((phys + i) % PAGE)] = from[offset + i];
    }
  }

  @Override
  public void fill(long phys, long length, byte value) {
    for (long i = 0; i < length; i++) {
      page(phys + i)[(int) ((phys + i) % PAGE)] = value;
    }
  }
}
