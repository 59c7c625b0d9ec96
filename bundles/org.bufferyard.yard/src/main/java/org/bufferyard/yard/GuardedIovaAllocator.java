package org.bufferyard.yard;

import org.bufferyard.api.allocator.IovaAllocator;
import org.bufferyard.api.allocator.IovaSpec;
import org.bufferyard.platform.registry.PlugInException;

/**
 * An IOVA allocator whose surprises come out as a {@link PlugInException} that names it. What it
 * hands out is checked.
 */
final class GuardedIovaAllocator implements IovaAllocator {
  private final IovaAllocator plugIn;
  private final PlugIn who;
  private final IovaSpec space;
  private final Injected noIova = new Injected();
  private final TakenRanges live = new TakenRanges();

  GuardedIovaAllocator(IovaAllocator plugIn, PlugIn who, IovaSpec space) {
    this.plugIn = plugIn;
    this.who = who;
    this.space = space;
  }

  /** Fails a request when armed. */
  Injected noIova() {
    return noIova;
  }

  @Override
  public long allocate(long pages, long limitPfn, boolean flushCaches) {
    if (noIova.takes()) {
      return NO_IOVA;
    }
    final long pfn;
    try {
      pfn = plugIn.allocate(pages, limitPfn, flushCaches);
    } catch (RuntimeException | LinkageError | AssertionError | StackOverflowError thrown) {
      throw who.failure("allocate", thrown);
    }
    if (pfn != NO_IOVA) {
      if (Long.compareUnsigned(pfn, space.startPfn()) < 0
          || Long.compareUnsigned(pfn + pages - 1, limitPfn) > 0) {
        throw broken(pfn, pages, "which leave the space asked for, up to frame " + limitPfn);
      }
      if (live.containsAny(pfn, pages)) {
        throw broken(pfn, pages, "which overlap a range that is live");
      }
      live.add(pfn, pages);
    }
    return pfn;
  }

  private PlugInException broken(long pfn, long pages, String why) {
    return who.broken(
        "returned " + pages + " frames at " + Long.toUnsignedString(pfn) + " from allocate(), "
            + why);
  }

  @Override
  public void free(long pfn, long pages) {
    try {
      long before = plugIn.livePages();
      plugIn.free(pfn, pages);
      // A range may be longer than what it is freed with.
      live.remove(pfn, Math.max(pages, before - plugIn.livePages()));
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
