package org.bufferyard.yard;

import java.util.List;
import org.bufferyard.api.allocator.BouncePool;
import org.bufferyard.api.allocator.BouncePoolSpec;
import org.bufferyard.api.allocator.BounceRequest;

/** Gives its first slot. */
final class FakeBounce implements BouncePool {
  private final BouncePoolSpec spec;
  private final List<String> calls;
  private long used;

  FakeBounce(BouncePoolSpec spec, List<String> calls) {
    this.spec = spec;
    this.calls = calls;
    calls.add("open " + spec.id() + " " + spec.region() + " areas " + spec.areas());
  }

  @Override
  public long map(BounceRequest request) {
    used++;
    return spec.region().base();
  }

  @Override
  public void release(long address) {
    used--;
  }

  @Override
  public boolean owns(long phys) {
    return spec.region().contains(phys);
  }

  @Override
  public long usedSlots() {
    return used;
  }

  @Override
  public void close() {
    calls.add("close " + spec.id());
  }
}
