package org.bufferyard.topology;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.bufferyard.api.memory.PhysRange;
import org.bufferyard.platform.board.RemarkRules;
import org.bufferyard.topology.model.Notation;
import org.bufferyard.topology.model.board.Architecture;
import org.bufferyard.topology.model.board.DefaultRole;
import org.bufferyard.topology.model.board.Memory;
import org.bufferyard.topology.model.board.PoolKind;
import org.bufferyard.topology.model.board.ReservedPool;
import org.bufferyard.topology.model.board.Topology;
import org.eclipse.emf.ecore.EObject;

/** Memory banks and reserved pools: aligned, inside, disjoint, and of a kind that Linux accepts. */
final class MemoryCheck {
  private final Topology board;
  private final Problems problems;
  private final long page;
  private final List<Memory> banks = new ArrayList<>();
  private final List<ReservedPool> pools = new ArrayList<>();

  MemoryCheck(Topology board, Problems problems) {
    this.board = board;
    this.problems = problems;
    page = board.getPageSize() > 0 ? board.getPageSize() : 4096;
    board
        .eAllContents()
        .forEachRemaining(
            e -> {
              if (e instanceof Memory memory) {
                banks.add(memory);
              } else if (e instanceof ReservedPool pool) {
                pools.add(pool);
              }
            });
  }

  void check() {
    banks.forEach(this::bank);
    pools.forEach(this::pool);
    disjoint(banks.stream().map(b -> placed(b, range(b))).flatMap(Optional::stream).toList());
    disjoint(
        pools.stream()
            // fdt_scan_reserved_mem() passes over what is disabled
            .filter(p -> !DmaWay.isDisabled(p))
            .map(p -> placed(p, range(p)))
            .flatMap(Optional::stream)
            .toList());
    defaults();
  }

  private record Placed(EObject element, PhysRange range) {}

  private static Optional<Placed> placed(EObject element, Optional<PhysRange> range) {
    return range.map(r -> new Placed(element, r));
  }

  static Optional<PhysRange> range(Memory bank) {
    return bank.isSetSize() ? Spans.of(bank.getBase(), bank.getSize()) : Optional.empty();
  }

  /** Where a static pool lies; empty for a dynamic one. */
  static Optional<PhysRange> range(ReservedPool pool) {
    return pool.isSetBase() ? Spans.of(pool.getBase(), pool.getSize()) : Optional.empty();
  }

  private void bank(Memory bank) {
    if (bank.getBase() == null || !bank.isSetSize() || bank.getSize() == 0) {
      return; // firmware fills it in
    }
    if (range(bank).isEmpty()) {
      problems.error(bank, "it passes the end of the address space", "correct base or size");
    } else if (!Spans.isAligned(bank.getBase() | bank.getSize(), page)) {
      problems.error(
          bank, "base and size are no multiples of the page, " + Notation.printSize(page), "");
    }
  }

  private void pool(ReservedPool pool) {
    if (pool.getSize() == null) {
      return; // said already
    }
    if (pool.getSize() == 0) {
      problems.error(pool, "the pool has size 0", "give it a size");
      return;
    }
    if (!Spans.isAligned(pool.getSize() | (pool.isSetBase() ? pool.getBase() : 0), page)) {
      problems.error(
          pool, "base and size are no multiples of the page, " + Notation.printSize(page), "");
    }
    if (pool.isSetBase()) {
      staticPool(pool);
    } else {
      dynamicPool(pool);
    }
    kind(pool);
  }

  private void staticPool(ReservedPool pool) {
    Optional<PhysRange> range = range(pool);
    if (range.isEmpty()) {
      problems.error(pool, "it passes the end of the address space", "correct base or size");
      return;
    }
    if (pool.isSetAlignment() || !pool.getAllocRanges().isEmpty()) {
      problems.warn(
          RemarkRules.DYNAMIC_POOL,
          pool,
          "a pool with a base ignores alignment and allocRanges",
          "remove them or the base");
    }
    if (pool.eContainer() instanceof Memory bank
        && range(bank).isPresent()
        && !range(bank).get().contains(range.get().base(), range.get().size())) {
      problems.error(
          pool,
          "the pool at "
              + Spans.text(range.get())
              + " is not inside '"
              + Elements.label(bank)
              + "' at "
              + Spans.text(range(bank).get()),
          "move it or make the memory bigger");
    }
  }

  private void dynamicPool(ReservedPool pool) {
    if (pool.isSetAlignment() && !Spans.isPowerOfTwo(pool.getAlignment())) {
      problems.error(
          pool,
          "alignment " + Notation.printSize(pool.getAlignment()) + " is not a power of two",
          "");
    }
  }

  /**
   * What the kernel's own setup functions refuse; the region then stays reserved and serves nobody.
   */
  private void kind(ReservedPool pool) {
    refusal(pool, board)
        .ifPresent(
            why ->
                problems.warn(
                    RemarkRules.REFUSED_POOL,
                    pool,
                    why + ": the region stays reserved and serves nobody",
                    "correct the pool"));
  }

  /** Why Linux makes no pool of it; empty when it does. */
  static Optional<String> refusal(ReservedPool pool, Topology board) {
    boolean isDefault = pool.getDefaultPool() != DefaultRole.NONE;
    if (pool.getKind() == PoolKind.RESTRICTED_DMA_POOL
        && (pool.isReusable() || pool.isNoMap() || isDefault)) {
      // rmem_swiotlb_setup()
      return Optional.of(
          "Linux refuses a restricted-dma-pool that is reusable, no-map or a default with -EINVAL"
              + " (E7)");
    }
    if (pool.getKind() != PoolKind.SHARED_DMA_POOL) {
      return Optional.empty();
    }
    if (pool.isReusable() && pool.isNoMap()) {
      // rmem_cma_setup(), and rmem_dma_setup() does not take reusable ones
      return Optional.of("Linux refuses a pool that is reusable and no-map with -ENODEV (B4, B5)");
    }
    if (pool.isReusable() && !cmaAligned(pool, board)) {
      return Optional.of(
          "Linux refuses a CMA area whose base and size are no multiples of "
              + Notation.printSize(board.getCmaAlignment())
              + " with -EINVAL (B5)");
    }
    if (!pool.isReusable() && !pool.isNoMap() && board.getArchitecture() == Architecture.ARM) {
      // rmem_dma_setup(): "Reserved memory: regions without no-map are not yet supported"
      return Optional.of("32-bit Arm refuses a coherent pool without no-map with -EINVAL (B4)");
    }
    return Optional.empty();
  }

  private static boolean cmaAligned(ReservedPool pool, Topology board) {
    long base = pool.isSetBase() ? pool.getBase() : 0;
    return board.getCmaAlignment() > 0
        && Spans.isAligned(base | pool.getSize(), board.getCmaAlignment());
  }

  private void disjoint(List<Placed> list) {
    List<Placed> sorted =
        list.stream()
            .sorted((a, b) -> Long.compareUnsigned(a.range().base(), b.range().base()))
            .toList();
    for (int i = 1; i < sorted.size(); i++) {
      // The one before need not be the one that reaches furthest.
      for (Placed before : sorted.subList(0, i)) {
        if (before.range().overlaps(sorted.get(i).range())) {
          overlap(before, sorted.get(i));
        }
      }
    }
  }

  private void overlap(Placed before, Placed after) {
    String what =
        "it overlaps '"
            + Elements.label(before.element())
            + "': "
            + Spans.text(after.range())
            + " and "
            + Spans.text(before.range());
    if (isMerelyReserved(before.element()) || isMerelyReserved(after.element())) {
      // __rmem_check_for_overlap() says OVERLAP DETECTED, and that is all: boards have it
      problems.warn(
          RemarkRules.OVERLAP, after.element(), what + ": Linux complains and goes on", "");
    } else {
      problems.error(after.element(), what, "move one of them");
    }
  }

  /** A region that nobody allocates from. */
  private static boolean isMerelyReserved(EObject element) {
    return element instanceof ReservedPool pool
        && pool.getKind() == PoolKind.RESERVED;
  }

  private void defaults() {
    Map<DefaultRole, ReservedPool> seen = new HashMap<>();
    for (ReservedPool pool : pools) {
      if (pool.getDefaultPool() == DefaultRole.NONE || pool.isDisabled()) {
        continue;
      }
      ReservedPool first = seen.putIfAbsent(pool.getDefaultPool(), pool);
      if (first != null) {
        problems.error(
            pool,
            "it and '" + Elements.label(first) + "' are both " + pool.getDefaultPool().getLiteral(),
            "take it from one of them");
      }
    }
  }
}
