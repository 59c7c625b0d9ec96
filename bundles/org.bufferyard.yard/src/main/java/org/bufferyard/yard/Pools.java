package org.bufferyard.yard;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.bufferyard.api.allocator.Allocator;
import org.bufferyard.api.allocator.BouncePoolSpec;
import org.bufferyard.api.event.EventSink;
import org.bufferyard.api.kernel.KernelProfile;
import org.bufferyard.api.memory.PhysRange;
import org.bufferyard.platform.spec.MachineSpec;
import org.bufferyard.platform.spec.MachineSpec.BounceMode;
import org.bufferyard.platform.spec.PlatformSpec;
import org.bufferyard.platform.spec.PoolSpec;
import org.bufferyard.platform.yard.BounceArea;
import org.bufferyard.platform.yard.DmaEngineContext.Zone;
import org.bufferyard.platform.yard.YardDevice.Pool;
import org.bufferyard.yard.guard.Instances;
import org.bufferyard.yard.memory.MemoryLayout;

/** The books of physical memory: zones, pools, bounce pools. Engine thread only. */
final class Pools {
  private final Books books;
  private final BounceBooks bounceBooks;
  private final List<Zone> zones = new ArrayList<>();
  private final Map<String, Pool> pools = new HashMap<>();

  /** Restricted pools in board order, then the default one. */
  private final Map<String, BounceArea> bounces = new LinkedHashMap<>();

  private final ReservedMemory reserved;

  Pools(
      PlatformSpec spec,
      MemoryLayout layout,
      ChosenKinds kinds,
      KernelProfile kernel,
      EventSink events,
      Instances instances) {
    this.books = new Books(kinds, kernel, events, instances);
    this.bounceBooks = new BounceBooks(kinds, kernel, events, instances);
    this.reserved = ReservedMemory.of(spec);
    for (MemoryLayout.ZoneRanges zone : layout.zones()) {
      Allocator book = books.open(zoneId(zone), Needs.BUDDY, zone.ranges());
      zones.add(new Zone(zone.name(), zone.ranges(), book));
    }
    for (PoolSpec pool : reserved.pageAllocators()) {
      List<PhysRange> region = List.of(ReservedMemory.pagesOf(pool.range()));
      pools.put(pool.id(), new Pool(pool, books.open(pool.id(), pool.allocator(), region)));
    }
    for (PoolSpec pool : reserved.bouncePools()) {
      bounces.put(pool.id(), openBounce(pool, spec.machine().swiotlb()));
    }
    reserved.refusals().forEach(events::emit);
  }

  /** By which a zone is known as the element of a plug-in. */
  static String zoneId(MemoryLayout.ZoneRanges zone) {
    return "zone:" + zone.name();
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

  Books books() {
    return books;
  }

  BounceBooks bounceBooks() {
    return bounceBooks;
  }

  private BounceArea openBounce(PoolSpec pool, MachineSpec.Bounce machine) {
    boolean restricted = pool.kind() == PoolSpec.Kind.RESTRICTED;
    // Restricted pools have one area (E7).
    BouncePoolSpec spec =
        new BouncePoolSpec(
            pool.id(),
            Needs.SWIOTLB,
            ReservedMemory.pagesOf(pool.range()),
            restricted ? 1 : machine.areas());
    return new BounceArea(
        spec, bounceBooks.open(spec), restricted || machine.mode() == BounceMode.FORCE, restricted);
  }
}
