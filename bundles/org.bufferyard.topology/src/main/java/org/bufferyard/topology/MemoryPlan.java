package org.bufferyard.topology;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.bufferyard.api.memory.PhysRange;
import org.bufferyard.platform.board.RemarkRules;
import org.bufferyard.platform.spec.MachineSpec.Bounce;
import org.bufferyard.platform.spec.MachineSpec.BounceMode;
import org.bufferyard.platform.spec.MemorySpec;
import org.bufferyard.platform.spec.PoolSpec;
import org.bufferyard.topology.model.Notation;
import org.bufferyard.topology.model.board.AddressRange;
import org.bufferyard.topology.model.board.Architecture;
import org.bufferyard.topology.model.board.DefaultRole;
import org.bufferyard.topology.model.board.Memory;
import org.bufferyard.topology.model.board.ReservedPool;
import org.bufferyard.topology.model.board.Topology;

/**
 * Where everything lies after boot: RAM, static and dynamic pools (B4b), then the default CMA area
 * and the bounce buffer, in the order in which the kernel reserves them.
 *
 * <p>Not modelled: what firmware and the kernel image itself occupy.
 */
final class MemoryPlan {
  private static final PhysRange ANYWHERE = new PhysRange(0, -1L);
  private static final PhysRange BELOW_4G = new PhysRange(0, 1L << 32);
  private static final long LAST_BELOW_4G = 0xffff_ffffL;

  private final Topology board;
  private final Problems problems;
  private final List<MemorySpec> banks = new ArrayList<>();
  private final Map<ReservedPool, PhysRange> places = new LinkedHashMap<>();
  private final Optional<PhysRange> defaultCma;
  private final Bounce swiotlb;

  /**
   * @param givenRam banks in place of the board's own; empty for the board's own
   */
  MemoryPlan(Topology board, List<PhysRange> givenRam, Problems problems) {
    this.board = board;
    this.problems = problems;
    ram(givenRam);
    if (banks.isEmpty()) {
      // Only what has its place already has one, and one complaint is enough.
      pools().forEach(pool -> MemoryCheck.range(pool).ifPresent(range -> places.put(pool, range)));
      defaultCma = Optional.empty();
      swiotlb = Bounce.NONE;
      return;
    }
    FreeMemory free = new FreeMemory(banks.stream().map(MemorySpec::range).toList());
    List<ReservedPool> pools = pools();
    pools.forEach(pool -> MemoryCheck.range(pool).ifPresent(range -> place(pool, range, free)));
    pools.stream().filter(p -> !p.isSetBase()).forEach(pool -> placeDynamic(pool, free));
    defaultCma = placeDefaultCma(free);
    swiotlb = placeSwiotlb(free);
  }

  List<MemorySpec> banks() {
    return List.copyOf(banks);
  }

  /** The default CMA area when no pool is the default. */
  Optional<PhysRange> defaultCma() {
    return defaultCma;
  }

  Bounce swiotlb() {
    return swiotlb;
  }

  private void ram(List<PhysRange> given) {
    for (PhysRange range : given) {
      banks.add(new MemorySpec("ram@" + Long.toHexString(range.base()), range));
    }
    board
        .eAllContents()
        .forEachRemaining(
            e -> {
              if (e instanceof Memory bank && bank.isSystemRam() && !DmaWay.isDisabled(bank)) {
                bank(bank, given.isEmpty());
              }
            });
    if (banks.isEmpty()) {
      problems.error(
          board,
          "the board has no RAM of its own",
          "give it with --ram BASE:SIZE, as firmware would");
    }
    banks.sort(Comparator.comparing((MemorySpec b) -> b.range().base(), Long::compareUnsigned));
    for (int i = 1; i < banks.size(); i++) {
      if (banks.get(i - 1).range().overlaps(banks.get(i).range())) {
        problems.error(
            board,
            "banks of RAM overlap at " + Notation.printAddress(banks.get(i).range().base()),
            "correct --ram");
      }
    }
  }

  private void bank(Memory bank, boolean used) {
    Optional<PhysRange> range = MemoryCheck.range(bank);
    if (used && range.isPresent()) {
      banks.add(new MemorySpec(Elements.label(bank), range.get()));
    }
  }

  private List<ReservedPool> pools() {
    List<ReservedPool> pools = new ArrayList<>();
    board
        .eAllContents()
        .forEachRemaining(
            e -> {
              if (e instanceof ReservedPool pool && !DmaWay.isDisabled(pool)) {
                pools.add(pool);
              }
            });
    return pools;
  }

  private void place(ReservedPool pool, PhysRange range, FreeMemory free) {
    places.put(pool, range);
    free.reserve(range);
  }

  // drivers/of/of_reserved_mem.c: __reserved_mem_alloc_size()
  private void placeDynamic(ReservedPool pool, FreeMemory free) {
    long alignment = pool.isSetAlignment() ? pool.getAlignment() : board.getPageSize();
    if (pool.isReusable() && Long.compareUnsigned(alignment, board.getCmaAlignment()) < 0) {
      alignment = board.getCmaAlignment();
    }
    List<PhysRange> windows = new ArrayList<>();
    for (AddressRange range : pool.getAllocRanges()) {
      Spans.of(range).ifPresent(windows::add);
    }
    if (windows.isEmpty()) {
      windows.add(ANYWHERE);
    }
    for (PhysRange window : windows) {
      Optional<PhysRange> found = free.take(pool.getSize(), alignment, window);
      if (found.isPresent()) {
        places.put(pool, found.get());
        return;
      }
    }
    problems.warn(
        RemarkRules.DYNAMIC_POOL,
        pool,
        "no free RAM of "
            + Notation.printSize(pool.getSize())
            + " where it may lie: Linux makes no"
            + " pool of it (B4b)",
        "make it smaller or widen allocRanges");
  }

  private Optional<PhysRange> placeDefaultCma(FreeMemory free) {
    boolean pooled =
        places.keySet().stream().anyMatch(p -> p.getDefaultPool() == DefaultRole.CMA && serves(p));
    // x86 has no default area unless one is asked for.
    boolean none = board.getArchitecture() == Architecture.X86 && !board.isSetCmaSize();
    if (pooled || none || board.getCmaSize() == 0) {
      return Optional.empty();
    }
    PhysRange window = new PhysRange(0, Spans.sizeUpTo(zoneDmaLimit()));
    Optional<PhysRange> found = free.take(board.getCmaSize(), board.getCmaAlignment(), window);
    if (found.isEmpty()) {
      problems.warn(
          RemarkRules.DEFAULT_CMA,
          board,
          "no free RAM of " + Notation.printSize(board.getCmaSize()) + " for the default CMA area",
          "make cmaSize smaller");
    }
    return found;
  }

  private Bounce placeSwiotlb(FreeMemory free) {
    BounceMode mode =
        switch (board.getSwiotlb()) {
          case AUTO -> BounceMode.AUTO;
          case FORCE -> BounceMode.FORCE;
          case OFF -> BounceMode.OFF;
        };
    // 32-bit Arm has a bounce buffer with LPAE only: a board that means it says so.
    boolean without = board.getArchitecture() == Architecture.ARM && !board.isSetSwiotlb();
    if (mode == BounceMode.OFF || without || board.getSwiotlbSize() == 0) {
      return Bounce.NONE;
    }
    Optional<PhysRange> found = free.take(board.getSwiotlbSize(), board.getPageSize(), lowMemory());
    if (found.isEmpty()) {
      problems.warn(
          RemarkRules.BOUNCE_POOL,
          board,
          "no free RAM in the low memory for the bounce buffer: Linux goes without",
          "");
      return Bounce.NONE;
    }
    return new Bounce(mode, found, board.getSwiotlbAreas());
  }

  /**
   * Where memblock_alloc_low() looks: below 4G, on arm64 in the DMA zone (ARCH_LOW_ADDRESS_LIMIT), on
   * 32-bit Arm in the part with a linear mapping.
   */
  private PhysRange lowMemory() {
    return switch (board.getArchitecture()) {
      case X86 -> BELOW_4G;
      case ARM64 -> new PhysRange(0, Spans.sizeUpTo(zoneDmaLimit()));
      // arch/arm/mm/mmu.c: adjust_lowmem_bounds(), 3G/1G split and 240 MiB of vmalloc space
      case ARM -> new PhysRange(banks.getFirst().range().base(), 760L << 20);
    };
  }

  /**
   * Last address of the DMA zone, unless the board says otherwise: on arm64 what the narrowest bus
   * reaches, x86 has the 24-bit one of old.
   */
  long zoneDmaLimit() {
    boolean said = board.isSetZoneDmaLimit();
    return switch (board.getArchitecture()) {
      case X86 -> said ? board.getZoneDmaLimit() : 0xff_ffffL;
      case ARM64 -> maxZonePhys(said ? board.getZoneDmaLimit() : DmaReach.lowestEnd(board));
      case ARM -> board.getZoneDmaLimit();
    };
  }

  /**
   * arch/arm64/mm/init.c: max_zone_phys(), zone_sizes_init(); RAM that begins beyond the limit makes it
   * void, and where none lies below 4G the zone goes on beyond.
   */
  private long maxZonePhys(long lowestEnd) {
    if (banks.isEmpty()) {
      return Long.compareUnsigned(lowestEnd, LAST_BELOW_4G) < 0 ? lowestEnd : LAST_BELOW_4G;
    }
    long start = banks.getFirst().range().base();
    boolean low = Long.compareUnsigned(start, LAST_BELOW_4G) < 0;
    long most = low ? LAST_BELOW_4G : banks.getLast().range().last();
    boolean within =
        Long.compareUnsigned(lowestEnd, most) < 0 && Long.compareUnsigned(start, lowestEnd) <= 0;
    return within ? lowestEnd : most;
  }

  private boolean serves(ReservedPool pool) {
    return MemoryCheck.refusal(pool, board).isEmpty();
  }

  /** Every pool that takes part, in tree order. */
  List<PoolSpec> poolSpecs() {
    return pools().stream().filter(places::containsKey).map(this::spec).toList();
  }

  private PoolSpec spec(ReservedPool pool) {
    PoolSpec.Kind kind = serves(pool) ? kind(pool) : PoolSpec.Kind.RESERVED;
    return new PoolSpec(
        Elements.label(pool),
        pool.getName(),
        places.get(pool),
        kind,
        switch (kind) {
          case COHERENT -> "coherent-pool";
          case CMA -> "cma";
          case RESTRICTED -> "swiotlb";
          case RESERVED -> "none";
        },
        pool.isNoMap(),
        pool.isExclusive(),
        pool.getDefaultPool() != DefaultRole.NONE,
        !pool.isSetBase());
  }

  private static PoolSpec.Kind kind(ReservedPool pool) {
    return switch (pool.getKind()) {
      case SHARED_DMA_POOL -> pool.isReusable() ? PoolSpec.Kind.CMA : PoolSpec.Kind.COHERENT;
      case RESTRICTED_DMA_POOL -> PoolSpec.Kind.RESTRICTED;
      case RESERVED -> PoolSpec.Kind.RESERVED;
    };
  }
}
