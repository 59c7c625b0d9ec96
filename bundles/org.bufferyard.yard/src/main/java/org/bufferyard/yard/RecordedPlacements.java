package org.bufferyard.yard;

import java.util.ArrayDeque;
import java.util.Deque;
import org.bufferyard.api.allocator.AllocationRequest;
import org.bufferyard.platform.yard.Placements;

/** Three queues of addresses. Engine thread only. */
final class RecordedPlacements implements Placements {
  private final Deque<Long> pages = new ArrayDeque<>();
  private final Deque<Long> bounces = new ArrayDeque<>();
  private final Deque<Long> seen = new ArrayDeque<>();

  @Override
  public void preferPages(long base) {
    pages.add(base);
  }

  @Override
  public void preferBounce(long address) {
    bounces.add(address);
  }

  @Override
  public void sawBounce(long address) {
    seen.add(address);
  }

  @Override
  public void clear() {
    seen.clear();
    pages.clear();
    bounces.clear();
  }

  @Override
  public long nextPages() {
    return pages.isEmpty() ? AllocationRequest.NO_PREFERENCE : pages.remove();
  }

  @Override
  public long nextBounce() {
    return bounces.isEmpty() ? AllocationRequest.NO_PREFERENCE : bounces.remove();
  }

  @Override
  public long nextSeenBounce() {
    return seen.isEmpty() ? AllocationRequest.NO_PREFERENCE : seen.remove();
  }
}
