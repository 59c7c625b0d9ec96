package org.bufferyard.yard;

import java.util.List;
import org.bufferyard.api.allocator.IovaAllocator;
import org.bufferyard.api.allocator.IovaSpec;

/** Gives frames one behind the other. */
final class FakeIova implements IovaAllocator {
  private final IovaSpec spec;
  private final List<String> calls;
  private long next;
  private long live;

  FakeIova(IovaSpec spec, List<String> calls) {
    this.spec = spec;
    this.calls = calls;
    this.next = spec.startPfn();
    calls.add("open " + spec.domain() + " shift " + spec.shift() + " start " + spec.startPfn());
  }

  @Override
  public long allocate(long pages, long limitPfn, boolean flushCaches) {
    long pfn = next;
    next += pages;
    live += pages;
    return pfn;
  }

  @Override
  public void free(long pfn, long pages) {
    live -= pages;
  }

  @Override
  public void reserve(long loPfn, long hiPfn) {
    calls.add("reserve " + spec.domain() + " " + loPfn + "-" + hiPfn);
  }

  @Override
  public long livePages() {
    return live;
  }

  @Override
  public void close() {
    calls.add("close " + spec.domain());
  }
}
