package org.bufferyard.yard;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.bufferyard.api.allocator.Allocator;
import org.bufferyard.api.allocator.AllocatorKind;
import org.bufferyard.api.allocator.AllocatorSpec;
import org.bufferyard.api.allocator.BouncePool;
import org.bufferyard.api.allocator.BouncePoolKind;
import org.bufferyard.api.allocator.BouncePoolSpec;
import org.bufferyard.api.event.EventSink;
import org.bufferyard.api.kernel.KernelProfile;
import org.bufferyard.api.memory.PageRef;
import org.bufferyard.api.memory.PhysRange;
import org.bufferyard.platform.spec.MachineSpec;
import org.bufferyard.platform.spec.MachineSpec.BounceMode;
import org.bufferyard.platform.spec.PlatformSpec;
import org.bufferyard.platform.spec.PoolSpec;
import org.bufferyard.platform.yard.BounceArea;
import org.bufferyard.platform.yard.DmaEngineContext.Zone;
import org.bufferyard.platform.yard.YardDevice.Pool;

/** The books of physical memory: zones, pools, bounce pools. Engine thread only. */
final class Pools {
  private final ChosenKinds kinds;
  private final KernelProfile kernel;
  private final EventSink events;
  private final Instances instances;

  private final List<Zone> zones = new ArrayList<>();
  private final Map<String, Pool> pools = new HashMap<>();

  /** Restricted pools in board order, then the default one. */
  private final Map<String, BounceArea> bounces = new LinkedHashMap<>();

  private final ReservedMemory reserved;
  private final Injected noMemory = new Injected();

  /** Bytes that were free when the yard was fresh; negative before {@link #startCounting}. */
  private long freeWhenFresh = -1;

  Pools(
      PlatformSpec spec,
      MemoryLayout layout,
      ChosenKinds kinds,
      KernelProfile kernel,
      EventSink events,
      Instances instances) {
    this.kinds = kinds;
    this.kernel = kernel;
    this.events = events;
    this.instances = instances;
    this.reserved = ReservedMemory.of(spec);
    for (MemoryLayout.ZoneRanges zone : layout.zones()) {
      Allocator book = open("zone:" + zone.name(), ChosenKinds.BUDDY, zone.ranges());
      zones.add(new Zone(zone.name(), zone.ranges(), book));
    }
    for (PoolSpec pool : reserved.pageAllocators()) {
      List<PhysRange> region = List.of(ReservedMemory.pagesOf(pool.range()));
      pools.put(pool.id(), new Pool(pool, open(pool.id(), pool.allocator(), region)));
    }
    for (PoolSpec pool : reserved.bouncePools()) {
      bounces.put(pool.id(), openBounce(pool, spec.machine().swiotlb()));
    }
    reserved.refusals().forEach(events::emit);
  }

  List<Zone> zones() {
    return List.copyOf(zones);
  }

  Optional<Pool> defaultCma() {
    return reserved.defaultCma().map(pools::get);
  }

  /** In board order, an area of the machine itself last. */
  List<Pool> cmaAreas() {
    return reserved.pageAllocators().stream()
        .filter(p -> p.kind() == PoolSpec.Kind.CMA)
        .map(p -> pools.get(p.id()))
        .toList();
  }

  Optional<Pool> globalPool() {
    return reserved.globalPool().map(pools::get);
  }

  List<BounceArea> bounceAreas() {
    return List.copyOf(bounces.values());
  }

  Optional<BounceArea> defaultBounce() {
    return Optional.ofNullable(bounces.get(ReservedMemory.DEFAULT_BOUNCE));
  }

  /** The first of these pools that is of that kind and was not refused. */
  Optional<Pool> first(List<String> ids, PoolSpec.Kind kind) {
    return ids.stream()
        .map(pools::get)
        .filter(p -> p != null && p.spec().kind() == kind)
        .findFirst();
  }

  /** The first restricted pool of these (A5, E7). */
  Optional<BounceArea> firstRestricted(List<String> ids) {
    return ids.stream().filter(bounces::containsKey).map(bounces::get).findFirst();
  }

  /** Fails a request to any page allocator or pool when armed. */
  Injected noMemory() {
    return noMemory;
  }

  /** From now on taken pages count as somebody's. */
  void startCounting() {
    freeWhenFresh = freeBytes();
  }

  long takenPages() {
    return freeWhenFresh < 0 ? 0 : (freeWhenFresh - freeBytes()) >> PageRef.SHIFT;
  }

  long usedSlots() {
    return bounces.values().stream().mapToLong(b -> b.pool().usedSlots()).sum();
  }

  private long freeBytes() {
    long zoned = zones.stream().mapToLong(z -> z.allocator().freeBytes()).sum();
    return zoned + pools.values().stream().mapToLong(p -> p.allocator().freeBytes()).sum();
  }

  private Allocator open(String id, String model, List<PhysRange> regions) {
    AllocatorKind kind = kinds.allocator(model);
    PlugIn who = kinds.plugIn(AllocatorKind.class, kind, model, id);
    AllocatorSite site = new AllocatorSite(kernel, events);
    AllocatorSpec spec = new AllocatorSpec(id, model, regions, Map.of());
    Allocator book =
        new GuardedAllocator(
            who.open(() -> kind.open(spec, site)), who, regions, noMemory);
    instances.add(book::close, site);
    return book;
  }

  private BounceArea openBounce(PoolSpec pool, MachineSpec.Bounce machine) {
    boolean restricted = pool.kind() == PoolSpec.Kind.RESTRICTED;
    BouncePoolKind kind = kinds.bouncePool();
    PlugIn who = kinds.plugIn(BouncePoolKind.class, kind, ChosenKinds.SWIOTLB, pool.id());
    AllocatorSite site = new AllocatorSite(kernel, events);
    // Restricted pools have one area (E7).
    BouncePoolSpec spec =
        new BouncePoolSpec(
            pool.id(),
            ChosenKinds.SWIOTLB,
            ReservedMemory.pagesOf(pool.range()),
            restricted ? 1 : machine.areas());
    BouncePool book =
        new GuardedBouncePool(who.open(() -> kind.open(spec, site)), who, spec.region());
    instances.add(book::close, site);
    return new BounceArea(
        spec, book, restricted || machine.mode() == BounceMode.FORCE, restricted);
  }
}
