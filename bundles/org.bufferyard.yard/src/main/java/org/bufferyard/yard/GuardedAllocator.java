package org.bufferyard.yard;

import org.bufferyard.api.allocator.AllocationRequest;
import org.bufferyard.api.allocator.Allocator;

/** An allocator whose surprises come out as a {@link PlugInFailure} that names it. */
final class GuardedAllocator implements Allocator {
  private final Allocator plugIn;
  private final PlugIn who;

  GuardedAllocator(Allocator plugIn, PlugIn who) {
    this.plugIn = plugIn;
    this.who = who;
  }

  @Override
  public long allocate(AllocationRequest request) {
    try {
      return plugIn.allocate(request);
    } catch (RuntimeException | LinkageError | AssertionError | StackOverflowError thrown) {
      throw who.failure("allocate", thrown);
    }
  }

  @Override
  public void free(long base, long sizeBytes) {
    try {
      plugIn.free(base, sizeBytes);
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
