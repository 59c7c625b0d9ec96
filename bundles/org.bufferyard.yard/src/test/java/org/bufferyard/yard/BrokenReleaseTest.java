package org.bufferyard.yard;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.bufferyard.api.dmabuf.DmaBufOpsKind;
import org.bufferyard.platform.registry.PlugInException;
import org.bufferyard.platform.yard.Balance;
import org.bufferyard.platform.yard.SwapOutcome;
import org.bufferyard.platform.yard.Yard;
import org.bufferyard.yard.SwapBench.Shared;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Ops that break or hang in release() are out of use, and the core is done with their buffer. */
@Timeout(60)
final class BrokenReleaseTest {
  private static final String OPS = "coherent-remap";
  private static final long SIZE = 64 << 10;

  private final SwapBench bench = new SwapBench();

  @AfterEach
  void close() {
    bench.close();
  }

  private void releaseBreaks(Yard yard, String how) {
    Shared shared = yard.call(s -> Shared.of(s, "codec", "viewer", SIZE));
    PlugInException broken =
        assertThrows(
            PlugInException.class,
            () ->
                yard.call(
                    s -> {
                      shared.release(s);
                      return null;
                    }));
    assertTrue(broken.getMessage().contains(how), broken.getMessage());
    boolean freed = yard.call(s -> s.dmaBufs().freeAllocation(shared.memory()));
    assertTrue(freed, "nobody has it any more");
    assertEquals(new Balance(0, 0, 1, 0, 0, 0), yard.call(s -> s.balance()));
    assertInstanceOf(SwapOutcome.Done.class, SwapBench.swap(yard).getFirst());
    yard.call(
        s -> {
          Shared.of(s, "codec", "viewer", SIZE).undo(s);
          return null;
        });
    assertEquals(new Balance(0, 0, 1, 0, 0, 0), yard.call(s -> s.balance()));
    yard.rebuild("what was lost comes back with a fresh state");
    Balance fresh = yard.call(s -> s.balance());
    assertTrue(fresh.isClean(), fresh.toString());
  }

  @Test
  void opsThatThrow() {
    DmaBufOpsKind ours =
        bench.plant(
            DmaBufOpsKind.class,
            OPS,
            (method, arguments) -> {
              if (method.equals("release")) {
                throw new IllegalStateException("no such buffer");
              }
            });
    try (Yard yard = bench.open()) {
      releaseBreaks(yard, "broke in release(): java.lang.IllegalStateException: no such buffer");
      assertTrue(bench.kinds.reasonOf(ours).contains("broke in release()"));
    }
  }

  @Test
  void whoIsReleasedFromQuarantineServesAnewEvenWhereHeWasKept() {
    Hang hang = new Hang("getSgtable", true);
    DmaBufOpsKind ours = bench.plant(DmaBufOpsKind.class, OPS, hang);
    try (Yard yard = bench.watched(Duration.ofMillis(250))) {
      hang.arm();
      assertThrows(
          PlugInException.class, () -> yard.call(s -> Shared.of(s, "codec", "viewer", SIZE)));
      hang.letGo();
      bench.kinds.forgive(ours);
      SwapOutcome anew = SwapBench.swap(yard).getFirst();
      assertInstanceOf(SwapOutcome.Done.class, anew);
      assertEquals(Optional.of(ours), anew.swap().to());
      yard.call(
          s -> {
            Shared.of(s, "codec", "viewer", SIZE).undo(s);
            return null;
          });
      assertEquals(List.of(), yard.planSwap());
    }
  }

  @Test
  void opsThatHang() {
    Hang hang = new Hang("release", true);
    bench.plant(DmaBufOpsKind.class, OPS, hang);
    try (Yard yard = bench.watched(Duration.ofMillis(250))) {
      hang.arm();
      releaseBreaks(yard, "hung in release()");
    }
  }
}
