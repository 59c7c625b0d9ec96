package org.bufferyard.yard;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.bufferyard.api.contract.LongReport;
import org.bufferyard.api.dmabuf.DmaBufOpsKind;
import org.bufferyard.api.iommu.IommuKind;
import org.bufferyard.platform.yard.KindSwap;
import org.bufferyard.platform.yard.SwapOutcome;
import org.bufferyard.platform.yard.Yard;
import org.bufferyard.platform.yard.YardOptions;
import org.bufferyard.platform.yard.YardState;
import org.bufferyard.yard.SwapBench.Shared;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/**
 * How long it takes to exchange ops and an IOMMU under 1,000 live attachments, each of a buffer of its
 * own. A few rounds in every build, so that it works; {@code -Plong} goes on long enough for figures.
 */
final class RebindTest {
  private static final int ATTACHMENTS = 1000;
  private static final int ROUNDS = Integer.getInteger("bufferyard.rebinds", 3);
  private static final int WARM_UP = ROUNDS / 5;

  private final SwapBench bench = new SwapBench();
  private final Yard yard = bench.watched(YardOptions.BOUND);
  private final List<Shared> live = new ArrayList<>();

  /** Times of one part of the work, in ns. */
  private static final class Times {
    private final List<Long> all = new ArrayList<>();

    void add(long from, long to) {
      all.add(to - from);
    }

    String row(String what) {
      long[] sorted =
          all.stream().skip(WARM_UP).mapToLong(Long::longValue).sorted().toArray();
      return String.format(
          Locale.ROOT,
          "| %s | %,.1f | %,.1f | %d |%n",
          what,
          sorted[sorted.length / 2] / 1e3,
          sorted[(int) (sorted.length * 0.99)] / 1e3,
          sorted.length);
    }
  }

  @AfterEach
  void nothingIsLeft() {
    yard.call(
        state -> {
          live.forEach(shared -> shared.undo(state));
          return null;
        });
    assertTrue(yard.call(state -> state.balance()).isClean());
    yard.close();
    bench.close();
  }

  @Test
  void attachmentsSurviveWhateverIsExchanged() {
    yard.call(this::share);
    String rows = ops() + iommu();
    LongReport.write(
        "rebind",
        "Exchanging a service under 1,000 live attachments",
        """
        One buffer an attachment, 4 KiB of the exporter's pool, mapped through an SMMUv3 for the
        importer, in a yard that watches its plug-ins. Times in us, of single rounds after a fifth as many to
        warm up.

        | what | median | 99th percentile | rounds |
        |---|---|---|---|
        """
            + rows
            + """

            Live buffers keep the ops that they were exported with, so that exchanging ops alone does not
            depend on how many there are. An IOMMU takes its tables with it: nothing may be mapped
            while it is exchanged, and the devices behind it are made anew.
            """);
  }

  private Void share(YardState state) {
    for (int i = 0; i < ATTACHMENTS; i++) {
      live.add(Shared.of(state, "codec", "viewer", 4096));
    }
    return null;
  }

  private String ops() {
    String name = live.getFirst().buffer().opsName();
    DmaBufOpsKind real = bench.kinds.real(DmaBufOpsKind.class, name);
    Times exchange = new Times();
    Times whole = new Times();
    for (int round = 0; round < ROUNDS; round++) {
      // Another service every time, as quick as the real one.
      bench.kinds.put(
          DmaBufOpsKind.class, name, (memory, context) -> real.open(memory, context));
      List<KindSwap> plan = yard.planSwap();
      assertEquals(List.of("codec"), plan.getFirst().elements());
      yard.call(
          state -> {
            long start = System.nanoTime();
            swap(state, plan);
            exchange.add(start, System.nanoTime());
            // The new ops for everybody: out, and in again on the same memory.
            live.forEach(shared -> shared.release(state));
            live.replaceAll(shared -> Shared.of(state, shared.memory(), "codec", "viewer"));
            whole.add(start, System.nanoTime());
            state.events().forgetBefore(state.events().mark());
            return null;
          });
    }
    return exchange.row("ops exchanged, attachments stay")
        + whole.row("ops exchanged, all 1,000 exported, attached and mapped anew");
  }

  private String iommu() {
    IommuKind real = bench.kinds.real(IommuKind.class, SwapBench.SMMU);
    Times exchange = new Times();
    Times whole = new Times();
    for (int round = 0; round < ROUNDS; round++) {
      bench.kinds.put(
          IommuKind.class, SwapBench.SMMU, (unit, context) -> real.open(unit, context));
      List<KindSwap> plan = yard.planSwap();
      yard.call(
          state -> {
            long start = System.nanoTime();
            live.forEach(shared -> shared.detach(state));
            long empty = System.nanoTime();
            swap(state, plan);
            exchange.add(empty, System.nanoTime());
            live.replaceAll(shared -> shared.attach(state, "viewer"));
            whole.add(start, System.nanoTime());
            state.events().forgetBefore(state.events().mark());
            return null;
          });
      int mapped = yard.call(state -> state.ledger().of("viewer").size());
      assertEquals(ATTACHMENTS, mapped);
    }
    return exchange.row("IOMMU exchanged, nothing mapped")
        + whole.row("all 1,000 unmapped and detached, IOMMU exchanged, attached and mapped anew");
  }

  private static void swap(YardState state, List<KindSwap> plan) {
    List<SwapOutcome> outcomes = state.swap(plan);
    assertTrue(outcomes.getFirst() instanceof SwapOutcome.Done, outcomes::toString);
    assertEquals(1, outcomes.size());
  }
}
