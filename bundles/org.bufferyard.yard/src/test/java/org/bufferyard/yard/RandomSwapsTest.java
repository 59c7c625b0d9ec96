package org.bufferyard.yard;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.bufferyard.api.allocator.AllocatorKind;
import org.bufferyard.api.allocator.BouncePoolKind;
import org.bufferyard.api.allocator.IovaAllocatorKind;
import org.bufferyard.api.device.DeviceKind;
import org.bufferyard.api.dma.Allocation;
import org.bufferyard.api.dmabuf.DmaBufOpsKind;
import org.bufferyard.api.iommu.IommuKind;
import org.bufferyard.platform.yard.Balance;
import org.bufferyard.platform.yard.KindSwap;
import org.bufferyard.platform.yard.SwapOutcome;
import org.bufferyard.platform.yard.Yard;
import org.bufferyard.platform.yard.YardState;
import org.bufferyard.yard.SwapBench.Mapped;
import org.bufferyard.yard.SwapBench.Shared;
import org.junit.jupiter.api.Test;

/** Swaps of all kinds in any order under live buffers: nothing is lost, nothing is left. */
final class RandomSwapsTest {
  private static final int SWAPS = 1000;
  private static final int MOST_LIVE = 24;

  /** Whom a step may exchange. */
  private enum Target {
    ZONES(AllocatorKind.class, "buddy"),
    POOL(AllocatorKind.class, "coherent-pool"),
    CMA(AllocatorKind.class, "cma"),
    BOUNCE(BouncePoolKind.class, "swiotlb"),
    IOVA(IovaAllocatorKind.class, "iova"),
    IOMMU(IommuKind.class, SwapBench.SMMU),
    OPS(DmaBufOpsKind.class, "coherent-remap"),
    DEVICE(DeviceKind.class, "test,camera");

    private final Class<?> type;
    private final String model;

    Target(Class<?> type, String model) {
      this.type = type;
      this.model = model;
    }
  }

  private final SwapBench bench = new SwapBench();

  /** What gives each live thing back; those that need the IOMMU apart, since it cannot be swapped under them. */
  private final Deque<Consumer<YardState>> live = new ArrayDeque<>();

  private final Deque<Consumer<YardState>> translated = new ArrayDeque<>();
  private final Map<Target, Boolean> there = new EnumMap<>(Target.class);
  private final Map<String, Integer> outcomes = new TreeMap<>();

  @Test
  void theBalanceIsExactWhateverIsExchanged() {
    long seed = Long.getLong("bufferyard.seed", System.nanoTime());
    System.out.println("RandomSwapsTest seed " + seed);
    Random random = new Random(seed);
    for (Target target : Target.values()) {
      there.put(target, target != Target.DEVICE);
    }
    try (Yard yard = bench.open()) {
      for (int step = 0; step < SWAPS; step++) {
        String where = "seed " + seed + ", step " + step;
        yard.call(state -> work(state, random));
        exchange(yard, Target.values()[random.nextInt(Target.values().length)], random, where);
      }
      for (Target target : Target.values()) {
        if (!there.get(target)) {
          comeBack(yard, target, random);
        }
      }
      yard.call(state -> giveBack(state, live, live.size()));
      yard.call(state -> giveBack(state, translated, translated.size()));
      Balance balance = yard.call(state -> state.balance());
      assertTrue(balance.isClean(), "seed " + seed + ": " + balance);
      assertEquals(List.of(), yard.planSwap());
    }
    assertFalse(outcomes.isEmpty());
    System.out.println("RandomSwapsTest " + outcomes);
    bench.close();
  }

  /** Takes or gives something back; what is parked is not asked for anything. */
  private Void work(YardState state, Random random) {
    if (live.size() + translated.size() > MOST_LIVE || random.nextInt(3) == 0) {
      giveBack(state, random.nextBoolean() ? live : translated, 1);
      return null;
    }
    // Powers of two: no kind rounds them.
    long size = 4096L << random.nextInt(5);
    switch (random.nextInt(4)) {
      case 0 -> {
        if (there.get(Target.POOL)) {
          Allocation pool = SwapBench.allocate(state, "codec", size);
          live.add(s -> s.dma().free(pool));
        }
      }
      case 1 -> {
        if (there.get(Target.CMA)) {
          Allocation cma = SwapBench.allocate(state, "camera", size);
          live.add(s -> s.dma().free(cma));
        }
      }
      case 2 -> {
        if (there.get(Target.BOUNCE) && there.get(Target.ZONES)) {
          live.add(Mapped.of(state, "tiny", size)::undo);
        }
      }
      default -> translate(state, random, size);
    }
    return null;
  }

  private void translate(YardState state, Random random, long size) {
    if (!there.get(Target.IOMMU) || !there.get(Target.IOVA)) {
      return;
    }
    if (random.nextBoolean() && there.get(Target.POOL) && there.get(Target.OPS)) {
      translated.add(Shared.of(state, "codec", "viewer", size)::undo);
    } else if (there.get(Target.ZONES)) {
      translated.add(Mapped.of(state, "scaler", size)::undo);
    }
  }

  private static Void giveBack(YardState state, Deque<Consumer<YardState>> from, int count) {
    for (int i = 0; i < count && !from.isEmpty(); i++) {
      from.removeFirst().accept(state);
    }
    return null;
  }

  private void exchange(Yard yard, Target target, Random random, String where) {
    if (target == Target.IOMMU) {
      yard.call(state -> giveBack(state, translated, translated.size()));
    }
    if (there.get(target) && random.nextInt(4) == 0) {
      bench.kinds.remove(target.type, target.model);
      there.put(target, false);
    } else {
      comeBackPlan(target, random);
    }
    Balance before = yard.call(state -> state.balance());
    List<KindSwap> plan = yard.planSwap();
    for (SwapOutcome outcome : yard.call(state -> state.swap(plan))) {
      outcomes.merge(target + " " + outcome.getClass().getSimpleName(), 1, Integer::sum);
      assertFalse(outcome instanceof SwapOutcome.Broken, where + ": " + outcome);
      assertEquals(before, yard.call(state -> state.balance()), where + ": " + outcome);
      if (outcome instanceof SwapOutcome.Declined) {
        moveOut(yard, outcome.swap(), before, where);
      }
    }
  }

  /** The old one goes over the heads of what is live; the new one comes when that is gone. */
  private void moveOut(Yard yard, KindSwap swap, Balance before, String where) {
    yard.call(state -> state.park(swap));
    assertEquals(before, yard.call(state -> state.balance()), where + ": parked " + swap);
    yard.call(state -> giveBack(state, live, live.size()));
    yard.call(state -> giveBack(state, translated, translated.size()));
    assertTrue(yard.call(state -> state.balance()).isClean(), where + ": moved out of " + swap);
    List<KindSwap> again = yard.planSwap();
    SwapOutcome outcome = yard.call(state -> state.swap(again)).getFirst();
    assertTrue(outcome instanceof SwapOutcome.Done, where + ": " + outcome);
  }

  private void comeBack(Yard yard, Target target, Random random) {
    if (target == Target.IOMMU) {
      yard.call(state -> giveBack(state, translated, translated.size()));
    }
    comeBackPlan(target, random);
    SwapBench.swap(yard);
  }

  /** A new service: the real one behind another face, or another placement. */
  private void comeBackPlan(Target target, Random random) {
    there.put(target, true);
    if (target == Target.DEVICE) {
      bench.kinds.put(DeviceKind.class, target.model, new CountingDriver(new ArrayList<>()));
      return;
    }
    plant(target.type, target.model, random);
  }

  private <K> void plant(Class<K> type, String model, Random random) {
    boolean places = type == AllocatorKind.class || type == IovaAllocatorKind.class;
    String flavour = places && random.nextInt(3) == 0 ? "fast" : "fidelity";
    bench.kinds.put(type, model, Planted.like(type, bench.kinds.real(type, model, flavour)));
  }
}
