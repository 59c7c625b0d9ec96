package org.bufferyard.platform.yard;

import java.util.Objects;
import java.util.function.Supplier;
import org.bufferyard.api.memory.Pgprot;
import org.bufferyard.api.memory.PhysMemory;

/** What {@link CpuCache#none} answers. */
record NoCache(PhysMemory memory) implements CpuCache {
  NoCache {
    Objects.requireNonNull(memory, "memory");
  }

  @Override
  public Line line(long phys) {
    return Line.NONE;
  }

  @Override
  public void read(long phys, Pgprot alias, byte[] into, int offset, int length) {
    memory.read(phys, into, offset, length);
  }

  @Override
  public void write(long phys, Pgprot alias, byte[] from, int offset, int length) {
    memory.write(phys, from, offset, length);
  }

  @Override
  public void zero(long phys, Pgprot alias, long length) {
    memory.fill(phys, length, (byte) 0);
  }

  @Override
  public void clean(long phys, long length) {}

  @Override
  public void invalidate(long phys, long length) {}

  @Override
  public void uncachedAlias(long phys, long length) {}

  @Override
  public void forget(long phys, long length) {}

  @Override
  public <T> T coherently(Supplier<T> reading) {
    return reading.get();
  }
}
