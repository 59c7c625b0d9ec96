package org.bufferyard.yard;

import org.bufferyard.api.allocator.IovaAllocator;

/** An IOVA allocator whose surprises come out as a {@link PlugInFailure} that names it. */
final class GuardedIovaAllocator implements IovaAllocator {
  private final IovaAllocator plugIn;
  private final PlugIn who;

  GuardedIovaAllocator(IovaAllocator plugIn, PlugIn who) {
    this.plugIn = plugIn;
    this.who = who;
  }

  @Override
  public long allocate(long pages, long limitPfn, boolean flushCaches) {
    try {
      return plugIn.allocate(pages, limitPfn, flushCaches);
    } catch (RuntimeException | LinkageError | AssertionError | StackOverflowError thrown) {
      throw who.failure("allocate", thrown);
    }
  }

  @Override
  public void free(long pfn, long pages) {
    try {
      plugIn.free(pfn, pages);
    } catch (IllegalArgumentException documented) {
      throw documented;
    } catch (RuntimeException | LinkageError | AssertionError | StackOverflowError thrown) {
      throw who.failure("free", thrown);
    }
  }

  @Override
  public void reserve(long loPfn, long hiPfn) {
    try {
      plugIn.reserve(loPfn, hiPfn);
    } catch (RuntimeException | LinkageError | AssertionError | StackOverflowError thrown) {
      throw who.failure("reserve", thrown);
    }
  }

  @Override
  public long livePages() {
    try {
      return plugIn.livePages();
    } catch (RuntimeException | LinkageError | AssertionError | StackOverflowError thrown) {
      throw who.failure("livePages", thrown);
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
