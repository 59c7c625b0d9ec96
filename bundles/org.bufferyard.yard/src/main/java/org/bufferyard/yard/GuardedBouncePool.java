package org.bufferyard.yard;

import org.bufferyard.api.allocator.BouncePool;
import org.bufferyard.api.allocator.BounceRequest;

/** A bounce pool whose surprises come out as a {@link PlugInFailure} that names it. */
final class GuardedBouncePool implements BouncePool {
  private final BouncePool plugIn;
  private final PlugIn who;

  GuardedBouncePool(BouncePool plugIn, PlugIn who) {
    this.plugIn = plugIn;
    this.who = who;
  }

  @Override
  public long map(BounceRequest request) {
    try {
      return plugIn.map(request);
    } catch (RuntimeException | LinkageError | AssertionError | StackOverflowError thrown) {
      throw who.failure("map", thrown);
    }
  }

  @Override
  public void release(long address) {
    try {
      plugIn.release(address);
    } catch (IllegalArgumentException documented) {
      throw documented;
    } catch (RuntimeException | LinkageError | AssertionError | StackOverflowError thrown) {
      throw who.failure("release", thrown);
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
  public long usedSlots() {
    try {
      return plugIn.usedSlots();
    } catch (RuntimeException | LinkageError | AssertionError | StackOverflowError thrown) {
      throw who.failure("usedSlots", thrown);
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
