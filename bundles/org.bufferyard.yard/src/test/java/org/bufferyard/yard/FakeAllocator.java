package org.bufferyard.yard;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.bufferyard.api.allocator.AllocationRequest;
import org.bufferyard.api.allocator.Allocator;
import org.bufferyard.api.allocator.AllocatorSpec;
import org.bufferyard.api.memory.PhysRange;

/** Gives pages one behind the other and never the same ones again. */
final class FakeAllocator implements Allocator {
  private final AllocatorSpec spec;
  private final List<String> calls;
  private final Map<Long, Long> live = new HashMap<>();
  private long next;

  FakeAllocator(AllocatorSpec spec, List<String> calls) {
    this.spec = spec;
    this.calls = calls;
    this.next = spec.regions().getFirst().base();
    calls.add("open " + spec.id() + " " + spec.regions());
  }

  @Override
  public long allocate(AllocationRequest request) {
    long base = next;
    next += request.sizeBytes();
    live.put(base, request.sizeBytes());
    return base;
  }

  @Override
  public void free(long base, long sizeBytes) {
    if (!live.remove(base, sizeBytes)) {
      throw new IllegalArgumentException("not live: 0x" + Long.toHexString(base));
    }
    calls.add("free " + spec.id() + " 0x" + Long.toHexString(base));
  }

  @Override
  public boolean owns(long phys) {
    return spec.regions().stream().anyMatch(r -> r.contains(phys));
  }

  @Override
  public long freeBytes() {
    long all = spec.regions().stream().mapToLong(PhysRange::size).sum();
    return all - live.values().stream().mapToLong(Long::longValue).sum();
  }

  @Override
  public void close() {
    calls.add("close " + spec.id());
  }
}
