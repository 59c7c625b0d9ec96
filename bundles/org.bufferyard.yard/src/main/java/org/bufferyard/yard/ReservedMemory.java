package org.bufferyard.yard;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.bufferyard.api.event.DmaEvent.KernelMessage;
import org.bufferyard.api.event.DmaEvent.MessageClass;
import org.bufferyard.api.memory.PageRef;
import org.bufferyard.api.memory.PhysRange;
import org.bufferyard.platform.spec.MachineSpec.Architecture;
import org.bufferyard.platform.spec.MachineSpec.BounceMode;
import org.bufferyard.platform.spec.PlatformSpec;
import org.bufferyard.platform.spec.PoolSpec;

/**
 * What the kernel makes of the reserved regions at boot: which of them get an allocator, which are
 * refused and with what words.
 *
 * @param pageAllocators coherent pools and CMA areas, the default CMA area among them
 * @param bouncePools restricted pools that were accepted, and the default pool
 * @param defaultCma id of the default CMA area's pool
 * @param globalPool id of the global coherent pool
 * @param refusals one message a pool that has no backend
 */
record ReservedMemory(
    List<PoolSpec> pageAllocators,
    List<PoolSpec> bouncePools,
    Optional<String> defaultCma,
    Optional<String> globalPool,
    List<KernelMessage> refusals) {
  /** Pools that no element of the board stands for, made by the machine's own settings. */
  static final String DEFAULT_CMA = "cma:default";

  /** cma_get_name() of an area that the command line or the configuration asks for. */
  private static final String DEFAULT_CMA_NAME = "reserved";

  static final String DEFAULT_BOUNCE = "swiotlb:default";

  static ReservedMemory of(PlatformSpec spec) {
    List<PoolSpec> pages = new ArrayList<>();
    List<PoolSpec> bounces = new ArrayList<>();
    List<KernelMessage> refusals = new ArrayList<>();
    for (PoolSpec pool : spec.pools()) {
      Optional<String> refusal = refusal(pool, spec.machine().architecture());
      if (refusal.isPresent()) {
        refusals.add(new KernelMessage(pool.id(), MessageClass.WARNING, refusal.get()));
        continue;
      }
      switch (pool.kind()) {
        case COHERENT, CMA -> pages.add(pool);
        case RESTRICTED -> bounces.add(pool);
        case RESERVED -> {} // somebody else's: it is only kept out of the zones
      }
    }
    Optional<String> defaultCma = defaultCma(spec, pages);
    if (spec.machine().swiotlb().mode() != BounceMode.OFF) {
      bounces.add(
          machinePool(
              DEFAULT_BOUNCE,
              DEFAULT_BOUNCE,
              spec.machine().swiotlb().region().orElseThrow(),
              PoolSpec.Kind.RESERVED,
              Needs.SWIOTLB));
    }
    return new ReservedMemory(
        List.copyOf(pages),
        List.copyOf(bounces),
        defaultCma,
        pages.stream()
            .filter(p -> p.kind() == PoolSpec.Kind.COHERENT && p.isDefault())
            .map(PoolSpec::id)
            .findFirst(),
        List.copyOf(refusals));
  }

  /** The pages that a region can be used by: its start rounded down, its size too. */
  static PhysRange pagesOf(PhysRange range) {
    return new PhysRange(range.base() & -PageRef.SIZE, range.size() & -PageRef.SIZE);
  }

  /** Why no backend takes a region (B4, B5, E7). */
  private static Optional<String> refusal(PoolSpec pool, Architecture architecture) {
    if (pool.kind() != PoolSpec.Kind.RESERVED
        && Long.compareUnsigned(pool.range().size(), PageRef.SIZE) < 0) {
      return Optional.of("Reserved memory: '" + pool.name() + "' is smaller than a page: no pool");
    }
    // rmem_dma_setup() on 32-bit ARM.
    if (pool.kind() == PoolSpec.Kind.COHERENT
        && architecture == Architecture.ARM
        && !pool.noMap()) {
      return Optional.of(
          "Reserved memory: '" + pool.name() + "': regions without no-map are not yet supported");
    }
    if (pool.kind() == PoolSpec.Kind.CMA && pool.noMap()) {
      return Optional.of(
          "Reserved memory: '" + pool.name() + "' is reusable and no-map: no backend takes it");
    }
    if (pool.kind() == PoolSpec.Kind.CMA
        && ((pool.range().base() | pool.range().size()) & (pageblock(architecture) - 1)) != 0) {
      return Optional.of(
          "Reserved memory: incorrect alignment of CMA region: '"
              + pool.name()
              + "', "
              + pool.range()
              + " is no whole number of "
              + (pageblock(architecture) >> 20)
              + " MiB blocks");
    }
    if (pool.kind() == PoolSpec.Kind.RESTRICTED && pool.noMap()) {
      return Optional.of(
          "failed to initialise \"restricted-dma-pool\" memory node '" + pool.name() + "'");
    }
    return Optional.empty();
  }

  /**
   * CMA_MIN_ALIGNMENT_BYTES: a pageblock, which is a huge page where the usual configurations have
   * those, else the page allocator's largest block.
   */
  private static long pageblock(Architecture architecture) {
    return architecture == Architecture.ARM ? 4 << 20 : 2 << 20;
  }

  /**
   * {@code cma=} of the command line beats {@code linux,cma-default} (B5). A machine setting with a
   * pool's own range means that pool.
   */
  private static Optional<String> defaultCma(PlatformSpec spec, List<PoolSpec> pages) {
    Optional<PhysRange> set = spec.machine().defaultCma();
    Optional<String> marked =
        pages.stream()
            .filter(p -> p.kind() == PoolSpec.Kind.CMA)
            .filter(p -> set.isPresent() ? set.get().equals(p.range()) : p.isDefault())
            .map(PoolSpec::id)
            .findFirst();
    if (set.isEmpty() || marked.isPresent()) {
      return marked;
    }
    pages.add(
        machinePool(
            DEFAULT_CMA, DEFAULT_CMA_NAME, set.get(), PoolSpec.Kind.CMA, Needs.CMA));
    return Optional.of(DEFAULT_CMA);
  }

  private static PoolSpec machinePool(
      String id, String name, PhysRange range, PoolSpec.Kind kind, String allocator) {
    return new PoolSpec(id, name, range, kind, allocator, false, true, true, false);
  }
}
