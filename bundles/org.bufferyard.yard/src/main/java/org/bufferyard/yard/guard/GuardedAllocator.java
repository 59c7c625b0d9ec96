package org.bufferyard.yard.guard;

import java.util.ArrayList;
import java.util.List;
import org.bufferyard.api.allocator.AllocationRequest;
import org.bufferyard.api.allocator.Allocator;
import org.bufferyard.api.memory.PageRef;
import org.bufferyard.api.memory.PhysRange;
import org.bufferyard.platform.registry.PlugInException;
import org.bufferyard.yard.memory.Injected;
import org.bufferyard.yard.memory.Spans;
import org.bufferyard.yard.memory.TakenRanges;

/**
 * An allocator whose surprises come out as a {@link PlugInException} that names it. What it hands
 * out is checked: two buffers in the same memory would look like a kernel's corruption.
 *
 * <p>The guard stays while plug-ins come and go: its own book says what is live, and without a plug-in
 * it takes memory back and gives none.
 */
public final class GuardedAllocator implements Allocator {
  private final List<PhysRange> ranges;
  private final Spans regions;
  private final Injected noMemory;
  private final TakenRanges live = new TakenRanges();

  /** What the engines took for themselves when the yard was fresh. */
  private List<PhysRange> atStart = List.of();

  private Seat<Allocator> seat;

  // The seat's, for the hot path.
  private Allocator plugIn;
  private PlugIn who;

  /** What its plug-in has free when nothing but {@link #atStart} is live. */
  private long freeWhenFresh;

  /**
   * @param noMemory counts the requests to all allocators of the yard, and fails one when armed
   */
  public GuardedAllocator(Seat<Allocator> first, List<PhysRange> regions, Injected noMemory) {
    this.ranges = List.copyOf(regions);
    this.regions = Spans.of(regions);
    this.noMemory = noMemory;
    take(first);
  }

  /** Without a plug-in. */
  public GuardedAllocator(String id, List<PhysRange> regions, Injected noMemory) {
    this.ranges = List.copyOf(regions);
    this.regions = Spans.of(regions);
    this.noMemory = noMemory;
    park(id);
  }

  private void take(Seat<Allocator> next) {
    seat = next;
    plugIn = next.instance();
    who = next.who();
  }

  /** From now on what is taken counts as somebody's. */
  public void startCounting() {
    atStart = live();
    freeWhenFresh = freeBytes();
  }

  /**
   * The successor serves from now on.
   *
   * @param newFreeWhenFresh what it has free when only {@link #atStart} is live
   * @return who served before, for the caller to close
   */
  public Seat<Allocator> serve(Seat<Allocator> successor, long newFreeWhenFresh) {
    Seat<Allocator> before = seat;
    take(successor);
    freeWhenFresh = newFreeWhenFresh;
    return before;
  }

  /** Nobody serves from now on. */
  public Seat<Allocator> park(String id) {
    Seat<Allocator> before = seat;
    take(Seat.own(new Parked(), id));
    freeWhenFresh = bytes(ranges) - bytes(atStart);
    return before;
  }

  boolean isParked() {
    return plugIn instanceof Parked;
  }

  /** What is live, as it was returned and as it was asked for. */
  public List<PhysRange> live() {
    List<PhysRange> all = new ArrayList<>();
    live.read((first, count) -> all.add(new PhysRange(first << PageRef.SHIFT, count << PageRef.SHIFT)));
    return all;
  }

  /** The part of {@link #live} that no buffer of anybody's is in. */
  public List<PhysRange> atStart() {
    return atStart;
  }

  /** Bytes taken beyond those at the start, in the plug-in's own rounding. */
  public long takenBytes() {
    return freeWhenFresh - freeBytes();
  }

  private static long bytes(List<PhysRange> all) {
    return all.stream().mapToLong(PhysRange::size).sum();
  }

  @Override
  public long allocate(AllocationRequest request) {
    if (noMemory.takes()) {
      return NO_MEMORY;
    }
    final Watch.Call call = who.enter("allocate");
    final long base;
    try {
      base = plugIn.allocate(request);
    } catch (Throwable thrown) {
      throw who.failure(call, "allocate", thrown);
    }
    who.leave(call);
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
    if (!who.isCutOff()) {
      freeInPlugIn(base, sizeBytes);
    }
    live.remove(base >>> PageRef.SHIFT, sizeBytes >>> PageRef.SHIFT);
  }

  private void freeInPlugIn(long base, long sizeBytes) {
    final Watch.Call call = who.enter("free");
    try {
      plugIn.free(base, sizeBytes);
    } catch (IllegalArgumentException documented) {
      who.leave(call, documented);
      throw documented;
    } catch (Throwable thrown) {
      // Given back is given back: a successor must not adopt it.
      live.remove(base >>> PageRef.SHIFT, sizeBytes >>> PageRef.SHIFT);
      throw who.failure(call, "free", thrown);
    }
    who.leave(call);
  }

  @Override
  public boolean owns(long phys) {
    return regions.contains(phys);
  }

  @Override
  public long freeBytes() {
    if (who.isCutOff()) {
      return freeWhenFresh - bytes(live()) + bytes(atStart);
    }
    return who.callLong("freeBytes", plugIn::freeBytes);
  }

  @Override
  public void close() {
    seat.close();
  }

  /** Nobody: it keeps to the guard's book. */
  private final class Parked implements Allocator {
    @Override
    public long allocate(AllocationRequest request) {
      return NO_MEMORY;
    }

    @Override
    public void free(long base, long sizeBytes) {
      if (live.at(base >>> PageRef.SHIFT) << PageRef.SHIFT != sizeBytes) {
        throw new IllegalArgumentException(
            sizeBytes + " bytes at 0x" + Long.toHexString(base) + " are not live");
      }
    }

    @Override
    public boolean owns(long phys) {
      return regions.contains(phys);
    }

    @Override
    public long freeBytes() {
      return bytes(ranges) - bytes(live());
    }

    @Override
    public void close() {}
  }
}
