package org.bufferyard.yard;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.bufferyard.api.allocator.AdoptionDeclinedException;
import org.bufferyard.api.allocator.Allocator;
import org.bufferyard.api.allocator.AllocatorKind;
import org.bufferyard.api.allocator.AllocatorSpec;
import org.bufferyard.api.event.EventSink;
import org.bufferyard.api.kernel.KernelProfile;
import org.bufferyard.api.memory.PageRef;
import org.bufferyard.api.memory.PhysRange;
import org.bufferyard.yard.ChosenKinds.Held;
import org.bufferyard.yard.guard.AllocatorSite;
import org.bufferyard.yard.guard.Failures;
import org.bufferyard.yard.guard.GuardedAllocator;
import org.bufferyard.yard.guard.Instances;
import org.bufferyard.yard.guard.PlugIn;
import org.bufferyard.yard.guard.Seat;
import org.bufferyard.yard.memory.Injected;

/**
 * The books of zones and pools, each a guard that stays and a plug-in that may be exchanged. Engine
 * thread only.
 */
final class Books {
  /** A region and its book. */
  private record Entry(AllocatorSpec spec, GuardedAllocator book) {}

  /** A plug-in that has adopted a region and does not serve it yet. */
  private record Successor(Entry entry, Seat<Allocator> seat, long freeWhenFresh) {}

  private final ChosenKinds kinds;
  private final KernelProfile kernel;
  private final EventSink events;
  private final Instances instances;
  private final Map<String, Entry> entries = new LinkedHashMap<>();
  private final Injected noMemory = new Injected();
  private boolean counting;

  Books(ChosenKinds kinds, KernelProfile kernel, EventSink events, Instances instances) {
    this.kinds = kinds;
    this.kernel = kernel;
    this.events = events;
    this.instances = instances;
  }

  /** Fails a request to any book when armed. */
  Injected noMemory() {
    return noMemory;
  }

  /** A book for a region; nobody keeps it when its kind is not there. */
  Allocator open(String id, String model, List<PhysRange> regions) {
    AllocatorSpec spec = new AllocatorSpec(id, model, regions, Map.of());
    Optional<Held> kind = kinds.held(AllocatorKind.class, model);
    GuardedAllocator book =
        kind.isPresent()
            ? new GuardedAllocator(first(spec, kind.get()), regions, noMemory)
            : new GuardedAllocator(id, regions, noMemory);
    entries.put(id, new Entry(spec, book));
    instances.add(book::close);
    return book;
  }

  private Seat<Allocator> first(AllocatorSpec spec, Held held) {
    PlugIn who = kinds.plugIn(AllocatorKind.class, held, spec.model(), spec.id());
    AllocatorSite site = new AllocatorSite(kernel, events, who.standing(), List.of());
    AllocatorKind kind = ChosenKinds.service(AllocatorKind.class, held);
    Allocator opened = who.open(() -> kind.open(spec, site));
    return new Seat<>(opened, who, opened::close, Optional.of(site));
  }

  /** From now on taken pages count as somebody's. */
  void startCounting() {
    counting = true;
    entries.values().forEach(e -> e.book().startCounting());
  }

  long takenPages() {
    return counting
        ? entries.values().stream().mapToLong(e -> e.book().takenBytes()).sum() >> PageRef.SHIFT
        : 0;
  }

  /**
   * Has a successor adopt all regions of a model.
   *
   * @param closing collects what goes wrong while plug-ins are closed
   * @return ranges that it adopted
   * @throws AdoptionDeclinedException when it cannot; nothing was changed, and so with any other
   *     exception
   */
  int exchange(String model, Held held, Failures closing) throws AdoptionDeclinedException {
    List<Successor> next = new ArrayList<>();
    try {
      for (Entry entry : of(model)) {
        next.add(successor(entry, held, closing));
      }
    } catch (AdoptionDeclinedException | RuntimeException failed) {
      next.forEach(s -> closing.run(s.seat()::close));
      throw failed;
    }
    int adopted = 0;
    for (Successor successor : next) {
      GuardedAllocator book = successor.entry().book();
      adopted += book.live().size();
      Seat<Allocator> before = book.serve(successor.seat(), successor.freeWhenFresh());
      closing.run(before::close);
    }
    return adopted;
  }

  private Successor successor(Entry entry, Held held, Failures closing)
      throws AdoptionDeclinedException {
    GuardedAllocator book = entry.book();
    List<PhysRange> live = book.live();
    Seat<Allocator> seat = adopt(entry.spec(), held, live);
    try {
      if (live.equals(book.atStart())) {
        return new Successor(entry, seat, free(seat));
      }
      // What it would have free with nothing of anybody's in it: another one tells.
      Seat<Allocator> fresh = adopt(entry.spec(), held, book.atStart());
      try {
        return new Successor(entry, seat, free(fresh));
      } finally {
        closing.run(fresh::close);
      }
    } catch (AdoptionDeclinedException | RuntimeException failed) {
      closing.run(seat::close);
      throw failed;
    }
  }

  private static long free(Seat<Allocator> seat) {
    return seat.who().call("freeBytes", seat.instance()::freeBytes);
  }

  private Seat<Allocator> adopt(AllocatorSpec spec, Held held, List<PhysRange> live)
      throws AdoptionDeclinedException {
    PlugIn who = kinds.plugIn(AllocatorKind.class, held, spec.model(), spec.id());
    AllocatorSite site = new AllocatorSite(kernel, events, who.standing(), live);
    AllocatorKind kind = ChosenKinds.service(AllocatorKind.class, held);
    Allocator opened = live.isEmpty()
        ? who.open(() -> kind.open(spec, site))
        : who.adopt(() -> kind.open(spec, site));
    return new Seat<>(opened, who, opened::close, Optional.of(site));
  }

  /**
   * Closes who keeps the regions of a model.
   *
   * @return ranges that are live in them
   */
  int park(String model, Failures closing) {
    int live = 0;
    for (Entry entry : of(model)) {
      Seat<Allocator> before = entry.book().park(entry.spec().id());
      closing.run(before::close);
      live += entry.book().live().size() - entry.book().atStart().size();
    }
    return live;
  }

  private List<Entry> of(String model) {
    return entries.values().stream().filter(e -> e.spec().model().equals(model)).toList();
  }
}
