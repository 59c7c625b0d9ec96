package org.bufferyard.yard;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.bufferyard.api.allocator.AdoptionDeclinedException;
import org.bufferyard.api.allocator.BouncePool;
import org.bufferyard.api.allocator.BouncePoolKind;
import org.bufferyard.api.allocator.BouncePoolSpec;
import org.bufferyard.api.event.EventSink;
import org.bufferyard.api.kernel.KernelProfile;
import org.bufferyard.api.memory.PhysRange;
import org.bufferyard.yard.ChosenKinds.Held;
import org.bufferyard.yard.guard.AllocatorSite;
import org.bufferyard.yard.guard.Failures;
import org.bufferyard.yard.guard.GuardedBouncePool;
import org.bufferyard.yard.guard.Instances;
import org.bufferyard.yard.guard.PlugIn;
import org.bufferyard.yard.guard.Seat;

/** The books of bounce pools, as {@link Books} has them of page allocators. Engine thread only. */
final class BounceBooks {
  /** A pool and its book. */
  private record Entry(BouncePoolSpec spec, GuardedBouncePool book) {}

  /** A plug-in that has adopted a pool and does not serve it yet. */
  private record Successor(Entry entry, Seat<BouncePool> seat) {}

  private final ChosenKinds kinds;
  private final KernelProfile kernel;
  private final EventSink events;
  private final Instances instances;
  private final List<Entry> entries = new ArrayList<>();

  BounceBooks(ChosenKinds kinds, KernelProfile kernel, EventSink events, Instances instances) {
    this.kinds = kinds;
    this.kernel = kernel;
    this.events = events;
    this.instances = instances;
  }

  /** A book for a pool; nobody keeps it when its kind is not there. */
  BouncePool open(BouncePoolSpec spec) {
    Optional<Held> kind = kinds.held(BouncePoolKind.class, spec.model());
    GuardedBouncePool book =
        kind.isPresent()
            ? new GuardedBouncePool(first(spec, kind.get()), spec.region())
            : new GuardedBouncePool(spec.id(), spec.region());
    entries.add(new Entry(spec, book));
    instances.add(book::close);
    return book;
  }

  private Seat<BouncePool> first(BouncePoolSpec spec, Held held) {
    PlugIn who = kinds.plugIn(BouncePoolKind.class, held, spec.model(), spec.id());
    AllocatorSite site = new AllocatorSite(kernel, events, who.standing(), List.of());
    BouncePoolKind kind = ChosenKinds.service(BouncePoolKind.class, held);
    BouncePool opened = who.open(() -> kind.open(spec, site));
    return new Seat<>(opened, who, opened::close, Optional.of(site));
  }

  long usedSlots() {
    return entries.stream().mapToLong(e -> e.book().usedSlots()).sum();
  }

  /** As {@link Books#exchange}. */
  int exchange(Held held, Failures closing) throws AdoptionDeclinedException {
    List<Successor> next = new ArrayList<>();
    try {
      for (Entry entry : entries) {
        next.add(new Successor(entry, adopt(entry, held)));
      }
    } catch (AdoptionDeclinedException | RuntimeException failed) {
      next.forEach(s -> closing.run(s.seat()::close));
      throw failed;
    }
    int adopted = 0;
    for (Successor successor : next) {
      GuardedBouncePool book = successor.entry().book();
      adopted += book.live().size();
      Seat<BouncePool> before = book.serve(successor.seat());
      closing.run(before::close);
    }
    return adopted;
  }

  private Seat<BouncePool> adopt(Entry entry, Held held) throws AdoptionDeclinedException {
    BouncePoolSpec spec = entry.spec();
    List<PhysRange> live = entry.book().live();
    PlugIn who = kinds.plugIn(BouncePoolKind.class, held, spec.model(), spec.id());
    AllocatorSite site = new AllocatorSite(kernel, events, who.standing(), live);
    BouncePoolKind kind = ChosenKinds.service(BouncePoolKind.class, held);
    BouncePool opened = live.isEmpty()
        ? who.open(() -> kind.open(spec, site))
        : who.adopt(() -> kind.open(spec, site));
    return new Seat<>(opened, who, opened::close, Optional.of(site));
  }

  /** As {@link Books#park}. */
  int park(Failures closing) {
    int live = 0;
    for (Entry entry : entries) {
      Seat<BouncePool> before = entry.book().park(entry.spec().id());
      closing.run(before::close);
      live += entry.book().live().size();
    }
    return live;
  }
}
