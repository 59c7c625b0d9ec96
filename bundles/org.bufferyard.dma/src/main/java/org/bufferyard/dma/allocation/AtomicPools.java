package org.bufferyard.dma.allocation;

import static org.bufferyard.api.dma.DmaAddress.hex;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.LongPredicate;
import org.bufferyard.api.allocator.AllocationRequest;
import org.bufferyard.api.allocator.Allocator;
import org.bufferyard.api.event.DmaEvent.MessageClass;
import org.bufferyard.api.memory.PageRef;
import org.bufferyard.api.memory.PhysRange;
import org.bufferyard.dma.mapping.Trail;
import org.bufferyard.platform.spec.MachineSpec.Architecture;
import org.bufferyard.platform.yard.DmaEngineContext;
import org.bufferyard.platform.yard.YardDevice;

/**
 * The atomic pools of a machine (B9, {@code dma_atomic_pool_init()}): one of ordinary memory, one of
 * the DMA zone, one below 4 GiB. They take their memory when the kernel boots, from the default CMA
 * area where that lies in the zone, else from the page allocator. Engine thread only.
 *
 * <p>Not modelled: {@code coherent_pool=} of the command line.
 */
final class AtomicPools {
  /** 128 KiB for each GiB of RAM. */
  private static final long PAGES_PER_GIB = 32;

  private static final long MASK_32 = 0xffff_ffffL;

  private final DmaEngineContext context;
  private final Trail trail;
  private final Map<Pages.Zone, AtomicPool> pools = new EnumMap<>(Pages.Zone.class);

  AtomicPools(DmaEngineContext context, Pages pages, Trail trail) {
    this.context = context;
    this.trail = trail;
    if (context.spec().machine().architecture() == Architecture.X86 || context.zones().isEmpty()) {
      // CONFIG_DMA_DIRECT_REMAP; x86 has such pools for encrypted guests alone.
      return;
    }
    open(pages, Pages.Zone.ANY, "GFP_KERNEL");
    if (context.zones().stream().anyMatch(z -> z.name().equals("DMA"))) {
      open(pages, Pages.Zone.DMA, "GFP_KERNEL|GFP_DMA");
    }
    if (context.spec().machine().architecture() == Architecture.ARM64) {
      open(pages, Pages.Zone.DMA32, "GFP_KERNEL|GFP_DMA32");
    }
  }

  private void open(Pages pages, Pages.Zone zone, String name) {
    AtomicPool pool = new AtomicPool(name, wantedPages(), count -> refill(pages, zone, count));
    if (pool.pages() > 0) {
      pools.put(zone, pool);
    }
  }

  /** At least 128 KiB, at most the largest block. */
  private long wantedPages() {
    long ram = context.spec().memory().stream().mapToLong(m -> m.range().size()).sum();
    return Math.clamp((ram >>> 30) * PAGES_PER_GIB, PAGES_PER_GIB, 1L << Pages.MAX_ORDER);
  }

  /** atomic_pool_expand(): CMA if it lies in the zone, else the page allocator. */
  private Optional<PhysRange> refill(Pages pages, Pages.Zone zone, long count) {
    AllocationRequest request =
        new AllocationRequest(
            count, Pages.order(count), -1L, AllocationRequest.NO_PREFERENCE);
    Optional<Long> cma =
        context
            .defaultCma()
            .filter(area -> inZone(area.spec().range().last(), zone))
            .map(area -> area.allocator().allocate(request))
            .filter(base -> base != Allocator.NO_MEMORY);
    return cma.or(() -> pages.fromZones(count, zone))
        .map(base -> new PhysRange(base, count << PageRef.SHIFT));
  }

  private boolean inZone(long last, Pages.Zone zone) {
    long dma = context.spec().machine().zoneDmaLimit();
    return switch (zone) {
      case ANY -> true;
      case DMA -> Long.compareUnsigned(last, dma) <= 0;
      case DMA32 ->
          Long.compareUnsigned(last, MASK_32) <= 0 || Long.compareUnsigned(last, dma) <= 0;
    };
  }

  /**
   * dma_alloc_from_pool(): the pool of the zone, then the next lower ones.
   *
   * @param reaches whether the device can use pages at an address
   */
  Optional<PageGrant> allocate(
      YardDevice device, long count, Pages.Zone zone, long hint, LongPredicate reaches) {
    for (AtomicPool pool : inOrder(zone)) {
      Optional<PageGrant> grant = pool.allocate(count, hint, reaches);
      if (grant.isPresent()) {
        say(device, count, "the " + pool.name() + " pool for atomic allocations gives "
            + hex(grant.get().base()));
        return grant;
      }
    }
    trail.message(
        device.id(),
        MessageClass.WARNING,
        pools.isEmpty()
            ? "WARNING: Failed to get suitable pool for " + device.name()
            : "WARNING: DMA pool exhausted for " + device.name());
    say(device, count, pools.isEmpty() ? "there is none" : "every atomic pool is exhausted");
    return Optional.empty();
  }

  private void say(YardDevice device, long count, String outcome) {
    if (trail.on()) {
      trail.decided(
          AllocationRules.ATOMIC_POOL,
          device.id(),
          "the caller may not sleep and " + device.name() + " is not coherent: " + outcome,
          "pages",
          Long.toString(count));
    }
  }

  /** dma_guess_pool(). */
  private List<AtomicPool> inOrder(Pages.Zone zone) {
    List<Pages.Zone> order =
        switch (zone) {
          case DMA -> List.of(Pages.Zone.DMA, Pages.Zone.DMA32, Pages.Zone.ANY);
          case DMA32 -> List.of(Pages.Zone.DMA32, Pages.Zone.DMA, Pages.Zone.ANY);
          case ANY -> List.of(Pages.Zone.ANY, Pages.Zone.DMA32, Pages.Zone.DMA);
        };
    List<AtomicPool> found = new ArrayList<>();
    order.stream().filter(pools::containsKey).map(pools::get).forEach(found::add);
    return found;
  }

  boolean owns(long phys) {
    return pools.values().stream().anyMatch(p -> p.owns(phys));
  }
}
