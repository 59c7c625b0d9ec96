package org.bufferyard.yard.guard;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.bufferyard.api.allocator.BouncePool;
import org.bufferyard.api.allocator.BouncePoolSpec;
import org.bufferyard.api.allocator.BounceRequest;
import org.bufferyard.api.memory.PhysRange;
import org.bufferyard.platform.registry.PlugInException;

/**
 * A bounce pool whose surprises come out as a {@link PlugInException} that names it. What it hands out
 * is checked. The guard stays while plug-ins come and go, as a {@link GuardedAllocator} does.
 */
public final class GuardedBouncePool implements BouncePool {
  private final PhysRange region;

  /** Address to bytes of what is lent. */
  private final TreeMap<Long, Long> live = new TreeMap<>(Long::compareUnsigned);

  private Seat<BouncePool> seat;

  // The seat's, for the hot path.
  private BouncePool plugIn;
  private PlugIn who;

  public GuardedBouncePool(Seat<BouncePool> first, PhysRange region) {
    this.region = region;
    take(first);
  }

  /** Without a plug-in. */
  public GuardedBouncePool(String id, PhysRange region) {
    this.region = region;
    park(id);
  }

  private void take(Seat<BouncePool> next) {
    seat = next;
    plugIn = next.instance();
    who = next.who();
  }

  /**
   * The successor serves from now on.
   *
   * @return who served before, for the caller to close
   */
  public Seat<BouncePool> serve(Seat<BouncePool> successor) {
    Seat<BouncePool> before = seat;
    take(successor);
    return before;
  }

  /** Nobody serves from now on. */
  public Seat<BouncePool> park(String id) {
    return serve(Seat.own(new Parked(), id));
  }

  /** What is lent, as it was returned and as it was asked for. */
  public List<PhysRange> live() {
    List<PhysRange> all = new ArrayList<>();
    live.forEach((address, size) -> all.add(new PhysRange(address, Math.max(1, size))));
    return all;
  }

  @Override
  public long map(BounceRequest request) {
    final Watch.Call call = who.enter("map");
    final long address;
    try {
      address = plugIn.map(request);
    } catch (Throwable thrown) {
      throw who.failure(call, "map", thrown);
    }
    who.leave(call);
    if (address != FULL) {
      check(address, request.sizeBytes());
      live.put(address, request.sizeBytes());
    }
    return address;
  }

  private void check(long address, long size) {
    if (!region.contains(address, size)) {
      throw broken(address, size, "which leave its region " + region);
    }
    Map.Entry<Long, Long> below = live.floorEntry(size == 0 ? address : address + size - 1);
    if (below != null
        && (below.getKey() == address
            || Long.compareUnsigned(below.getKey() + below.getValue(), address) > 0)) {
      throw broken(address, size, "which overlap a bounce that is live");
    }
  }

  private PlugInException broken(long address, long size, String why) {
    return who.broken(
        "returned 0x" + Long.toHexString(address) + " for " + size + " bytes from map(), " + why);
  }

  @Override
  public void release(long address) {
    if (!who.isCutOff()) {
      releaseInPlugIn(address);
    }
    live.remove(address);
  }

  private void releaseInPlugIn(long address) {
    final Watch.Call call = who.enter("release");
    try {
      plugIn.release(address);
    } catch (IllegalArgumentException documented) {
      who.leave(call, documented);
      throw documented;
    } catch (Throwable thrown) {
      live.remove(address); // given back is given back: a successor must not adopt it
      throw who.failure(call, "release", thrown);
    }
    who.leave(call);
  }

  @Override
  public boolean owns(long phys) {
    return region.contains(phys);
  }

  @Override
  public long usedSlots() {
    if (who.isCutOff()) {
      return slotsOfLive();
    }
    return who.callLong("usedSlots", plugIn::usedSlots);
  }

  private long slotsOfLive() {
    long slots = 0;
    for (Map.Entry<Long, Long> lent : live.entrySet()) {
      long offset = lent.getKey() - region.base() & BouncePoolSpec.SLOT_BYTES - 1;
      long bytes = offset + Math.max(1, lent.getValue());
      slots += (bytes + BouncePoolSpec.SLOT_BYTES - 1) / BouncePoolSpec.SLOT_BYTES;
    }
    return slots;
  }

  @Override
  public void close() {
    seat.close();
  }

  /** Nobody: it keeps to the guard's book. */
  private final class Parked implements BouncePool {
    @Override
    public long map(BounceRequest request) {
      return FULL;
    }

    @Override
    public void release(long address) {
      if (!live.containsKey(address)) {
        throw new IllegalArgumentException("0x" + Long.toHexString(address) + " is not lent");
      }
    }

    @Override
    public boolean owns(long phys) {
      return region.contains(phys);
    }

    @Override
    public long usedSlots() {
      return slotsOfLive();
    }

    @Override
    public void close() {}
  }
}
