package org.bufferyard.yard;

import org.bufferyard.api.allocator.BouncePool;
import org.bufferyard.api.allocator.BounceRequest;
import org.bufferyard.api.memory.PhysRange;
import org.bufferyard.platform.registry.PlugInException;

/** A bounce pool whose surprises come out as a {@link PlugInException} that names it. */
final class GuardedBouncePool implements BouncePool {
  private final BouncePool plugIn;
  private final PlugIn who;
  private final PhysRange region;

  GuardedBouncePool(BouncePool plugIn, PlugIn who, PhysRange region) {
    this.plugIn = plugIn;
    this.who = who;
    this.region = region;
  }

  @Override
  public long map(BounceRequest request) {
    final long address;
    try {
      address = plugIn.map(request);
    } catch (RuntimeException | LinkageError | AssertionError | StackOverflowError thrown) {
      throw who.failure("map", thrown);
    }
    if (address != FULL && !region.contains(address, request.sizeBytes())) {
      throw who.broken(
          "returned 0x" + Long.toHexString(address) + " for " + request.sizeBytes()
              + " bytes from map(), which leave its region " + region);
    }
    return address;
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
