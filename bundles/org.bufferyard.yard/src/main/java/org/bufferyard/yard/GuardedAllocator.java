package org.bufferyard.yard;

import java.util.List;
import org.bufferyard.api.allocator.AllocationRequest;
import org.bufferyard.api.allocator.Allocator;
import org.bufferyard.api.memory.PageRef;
import org.bufferyard.api.memory.PhysRange;
import org.bufferyard.platform.registry.PlugInException;

/**
 * An allocator whose surprises come out as a {@link PlugInException} that names it. What it hands
 * out is checked: two buffers in the same memory would look like a kernel's corruption.
 */
final class GuardedAllocator implements Allocator {
  private final Allocator plugIn;
  private final PlugIn who;
  private final Spans regions;
  private final Injected noMemory;
  private final TakenFrames live = new TakenFrames();

  /**
   * @param noMemory counts the requests to all allocators of the yard, and fails one when armed
   */
  GuardedAllocator(
      Allocator plugIn, PlugIn who, List<PhysRange> regions, Injected noMemory) {
    this.plugIn = plugIn;
    this.who = who;
    this.regions = Spans.of(regions);
    this.noMemory = noMemory;
  }

  @Override
  public long allocate(AllocationRequest request) {
    if (noMemory.takes()) {
      return NO_MEMORY;
    }
    final long base;
    try {
      base = plugIn.allocate(request);
    } catch (RuntimeException | LinkageError | AssertionError | StackOverflowError thrown) {
      throw who.failure("allocate", thrown);
    }
    if (base != NO_MEMORY) {
      check(base, request);
      live.add(base >>> PageRef.SHIFT, request.pages());
    }
    return base;
  }

  private void check(long base, AllocationRequest request) {
    final long size = request.sizeBytes();
    if (regions.runInside(base, size) != size) {
      throw broken(base, request, "which leave its regions " + regions);
    }
    if ((base & ((PageRef.SIZE << request.alignOrder()) - 1)) != 0) {
      throw broken(base, request, "which are not aligned to order " + request.alignOrder());
    }
    if (Long.compareUnsigned(base + size - 1, request.limit()) > 0) {
      throw broken(base, request, "beyond the limit 0x" + Long.toHexString(request.limit()));
    }
    if (live.containsAny(base >>> PageRef.SHIFT, request.pages())) {
      throw broken(base, request, "which overlap a range that is live");
    }
  }

  private PlugInException broken(long base, AllocationRequest request, String why) {
    return who.broken(
        "returned " + request.pages() + " pages at 0x" + Long.toHexString(base)
            + " from allocate(), " + why);
  }

  @Override
  public void free(long base, long sizeBytes) {
    try {
      plugIn.free(base, sizeBytes);
      live.remove(base >>> PageRef.SHIFT, sizeBytes >>> PageRef.SHIFT);
    } catch (IllegalArgumentException documented) {
      throw documented;
    } catch (RuntimeException | LinkageError | AssertionError | StackOverflowError thrown) {
      throw who.failure("free", thrown);
    }
  }

  @Override
  public boolean owns(long phys) {
    try {
      return plugIn.owns(phys);
    } catch (RuntimeException | LinkageError | AssertionError | StackOverflowError thrown) {
      throw who.failure("owns", thrown);
    }
  }

  @Override
  public long freeBytes() {
    try {
      return plugIn.freeBytes();
    } catch (RuntimeException | LinkageError | AssertionError | StackOverflowError thrown) {
      throw who.failure("freeBytes", thrown);
    }
  }

  @Override
  public void close() {
    try {
      plugIn.close();
    } catch (RuntimeException | LinkageError | AssertionError | StackOverflowError thrown) {
      throw who.failure("close", thrown);
    }
  }
}
