package org.bufferyard.yard.guard;

import java.util.ArrayList;
import java.util.List;
import org.bufferyard.api.allocator.IovaAllocator;
import org.bufferyard.api.allocator.IovaContext.LiveIova;
import org.bufferyard.api.allocator.IovaSpec;
import org.bufferyard.platform.registry.PlugInException;
import org.bufferyard.yard.memory.Injected;
import org.bufferyard.yard.memory.TakenRanges;

/**
 * An IOVA allocator whose surprises come out as a {@link PlugInException} that names it. What it
 * hands out is checked. The guard stays while plug-ins come and go, as a {@link GuardedAllocator}
 * does, and knows what is reserved beside what is live.
 */
public final class GuardedIovaAllocator implements IovaAllocator {
  private final IovaSpec space;
  private final Injected noIova = new Injected();
  private final TakenRanges live = new TakenRanges();

  /** First and last frame of each reservation. */
  private final List<LiveIova> reserved = new ArrayList<>();

  private Seat<IovaAllocator> seat;

  // The seat's, for the hot path.
  private IovaAllocator plugIn;
  private PlugIn who;

  public GuardedIovaAllocator(Seat<IovaAllocator> first, IovaSpec space) {
    this.space = space;
    take(first);
  }

  /** Without a plug-in. */
  public GuardedIovaAllocator(IovaSpec space) {
    this.space = space;
    park();
  }

  private void take(Seat<IovaAllocator> next) {
    seat = next;
    plugIn = next.instance();
    who = next.who();
  }

  public IovaSpec space() {
    return space;
  }

  /**
   * The successor serves from now on; it has adopted {@link #live} and reserved {@link #reserved}.
   *
   * @return who served before, for the caller to close
   */
  public Seat<IovaAllocator> serve(Seat<IovaAllocator> successor) {
    Seat<IovaAllocator> before = seat;
    take(successor);
    return before;
  }

  /** Nobody serves from now on. */
  public Seat<IovaAllocator> park() {
    return serve(Seat.own(new Parked(), space.domain()));
  }

  /** What is live, in frames, as it was asked for. */
  public List<LiveIova> live() {
    List<LiveIova> all = new ArrayList<>();
    live.read((first, count) -> all.add(new LiveIova(first, count)));
    return all;
  }

  /** What is taken for good, oldest first. */
  public List<LiveIova> reserved() {
    return List.copyOf(reserved);
  }

  /** Fails a request when armed. */
  public Injected noIova() {
    return noIova;
  }

  @Override
  public long allocate(long pages, long limitPfn, boolean flushCaches) {
    if (noIova.takes()) {
      return NO_IOVA;
    }
    final Watch.Call call = who.enter("allocate");
    final long pfn;
    try {
      pfn = plugIn.allocate(pages, limitPfn, flushCaches);
    } catch (Throwable thrown) {
      throw who.failure(call, "allocate", thrown);
    }
    who.leave(call);
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
    if (!who.isCutOff()) {
      freeInPlugIn(pfn, pages);
    }
    forget(pfn, pages);
  }

  /** A range may be longer than what it is freed with. */
  private void forget(long pfn, long pages) {
    live.remove(pfn, Math.max(pages, live.at(pfn)));
  }

  private void freeInPlugIn(long pfn, long pages) {
    final Watch.Call call = who.enter("free");
    try {
      plugIn.free(pfn, pages);
    } catch (IllegalArgumentException documented) {
      who.leave(call, documented);
      throw documented;
    } catch (Throwable thrown) {
      forget(pfn, pages); // given back is given back: a successor must not adopt it
      throw who.failure(call, "free", thrown);
    }
    who.leave(call);
  }

  @Override
  public void reserve(long loPfn, long hiPfn) {
    who.run("reserve", () -> plugIn.reserve(loPfn, hiPfn));
    reserved.add(new LiveIova(loPfn, hiPfn - loPfn + 1));
  }

  @Override
  public long livePages() {
    if (who.isCutOff()) {
      return framesOfLive();
    }
    return who.callLong("livePages", plugIn::livePages);
  }

  private long framesOfLive() {
    return live().stream().mapToLong(LiveIova::pages).sum();
  }

  @Override
  public void close() {
    seat.close();
  }

  /** Nobody: it keeps to the guard's book. */
  private final class Parked implements IovaAllocator {
    @Override
    public long allocate(long pages, long limitPfn, boolean flushCaches) {
      return NO_IOVA;
    }

    @Override
    public void free(long pfn, long pages) {
      if (live.at(pfn) < pages) {
        throw new IllegalArgumentException(
            pages + " frames at " + Long.toUnsignedString(pfn) + " are not live");
      }
    }

    @Override
    public void reserve(long loPfn, long hiPfn) {}

    @Override
    public long livePages() {
      return framesOfLive();
    }

    @Override
    public void close() {}
  }
}
