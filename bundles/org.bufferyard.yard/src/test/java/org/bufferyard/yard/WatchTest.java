package org.bufferyard.yard;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.bufferyard.api.allocator.AllocatorContext;
import org.bufferyard.api.allocator.AllocatorKind;
import org.bufferyard.api.allocator.BouncePoolKind;
import org.bufferyard.api.allocator.IovaAllocatorKind;
import org.bufferyard.api.device.DeviceKind;
import org.bufferyard.api.device.Frame;
import org.bufferyard.api.dma.Allocation;
import org.bufferyard.api.dmabuf.DmaBufOpsKind;
import org.bufferyard.api.iommu.IommuKind;
import org.bufferyard.platform.registry.PlugInException;
import org.bufferyard.platform.yard.KindSwap;
import org.bufferyard.platform.yard.SwapOutcome;
import org.bufferyard.platform.yard.Yard;
import org.bufferyard.platform.yard.YardState;
import org.bufferyard.yard.SwapBench.Mapped;
import org.bufferyard.yard.SwapBench.Shared;
import org.bufferyard.yard.guard.AbandonedThread;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A plug-in that does not return is taken out within a bound, and the yard goes on. */
@Timeout(60)
final class WatchTest {
  private static final Duration BOUND = Duration.ofMillis(250);
  private static final long SIZE = 64 << 10;

  private final SwapBench bench = new SwapBench();
  private final List<String> rebuilt = new CopyOnWriteArrayList<>();
  private Hang hang;

  /** Where a plug-in of each kind hangs, and what gets it there. */
  enum Place {
    ALLOCATOR(AllocatorKind.class, "coherent-pool", "allocate"),
    BOUNCE(BouncePoolKind.class, "swiotlb", "map"),
    IOVA(IovaAllocatorKind.class, "iova", "allocate"),
    IOMMU(IommuKind.class, SwapBench.SMMU, "map"),
    OPS(DmaBufOpsKind.class, "coherent-remap", "getSgtable"),
    DEVICE(DeviceKind.class, "test,camera", "facts");

    final Class<?> type;
    final String model;
    final String method;

    Place(Class<?> type, String model, String method) {
      this.type = type;
      this.model = model;
      this.method = method;
    }

    void plant(SwapBench bench, Hang trap) {
      if (this == DEVICE) {
        CountingDriver driver = new CountingDriver(new ArrayList<>());
        bench.kinds.put(
            DeviceKind.class, model, Planted.like(DeviceKind.class, driver, trap));
      } else {
        plant(bench, type, trap);
      }
    }

    private <K> void plant(SwapBench bench, Class<K> kind, Hang trap) {
      bench.plant(kind, model, trap);
    }

    Object use(YardState s) {
      return switch (this) {
        case ALLOCATOR -> SwapBench.allocate(s, "codec", SIZE);
        case BOUNCE -> Mapped.of(s, "tiny", SIZE);
        case IOVA, IOMMU -> Mapped.of(s, "scaler", SIZE);
        case OPS -> Shared.of(s, "codec", "viewer", SIZE);
        case DEVICE -> s.facts(s.device("camera"));
      };
    }
  }

  private static boolean isClean(Yard yard) {
    return yard.call(s -> s.balance()).isClean();
  }

  private Yard open(Place place, boolean heeds) {
    hang = new Hang(place.method, heeds);
    place.plant(bench, hang);
    Yard yard = bench.watched(BOUND);
    yard.addListener(
        (fresh, reason, abandoned) -> {
          assertTrue(fresh.balance().isClean());
          rebuilt.add((abandoned ? "abandoned: " : "asked: ") + reason);
        });
    hang.arm();
    return yard;
  }

  @AfterEach
  void letGo() {
    if (hang != null) {
      hang.letGo();
    }
    bench.close();
  }

  @ParameterizedTest
  @EnumSource
  void whoHeedsTheInterruptIsQuarantinedAndTheStateStays(Place place) {
    try (Yard yard = open(place, true)) {
      Allocation before = yard.call(s -> SwapBench.allocate(s, "camera", SIZE));
      Thread engine = yard.call(s -> Thread.currentThread());
      PlugInException hung = assertThrows(PlugInException.class, () -> yard.call(place::use));
      assertTrue(
          hung.getMessage().endsWith("hung in " + place.method + "() for 250 ms"), hung.getMessage());
      assertEquals(engine, yard.call(s -> Thread.currentThread()));
      assertFalse(engine.isInterrupted());
      assertEquals(List.of(), rebuilt);
      assertEquals(0, yard.abandonedThreads());
      KindSwap due = yard.planSwap().getFirst();
      assertEquals(place.type, due.type());
      assertTrue(bench.kinds.reasonOf(due.from().orElseThrow()).contains("hung in"));
      // Not called again, be it to undo its work: nothing hangs twice.
      assertThrows(PlugInException.class, () -> yard.call(place::use));
      SwapOutcome outcome = SwapBench.swap(yard).getFirst();
      assertEquals(place == Place.DEVICE, outcome instanceof SwapOutcome.Parked, outcome::toString);
      if (place != Place.DEVICE) {
        yard.call(place::use);
      }
      yard.call(
          s -> {
            s.dma().free(before);
            return null;
          });
    }
  }

  @ParameterizedTest
  @EnumSource
  void whoTakesNoNoticeCostsTheYardItsState(Place place) {
    try (Yard yard = open(place, false)) {
      YardState old = yard.call(s -> s);
      Thread engine = yard.call(s -> Thread.currentThread());
      yard.call(s -> SwapBench.allocate(s, "camera", SIZE));
      PlugInException hung = assertThrows(PlugInException.class, () -> yard.call(place::use));
      assertTrue(hung.getMessage().contains("hung in " + place.method + "() for 250 ms and did not"), hung.getMessage());
      assertNotSame(engine, yard.call(s -> Thread.currentThread()));
      assertEquals(List.of("abandoned: " + hung.getMessage()), rebuilt);
      assertEquals(1, yard.abandonedThreads());
      assertTrue(isClean(yard));
      assertThrows(IllegalStateException.class, () -> yard.call(s -> old.balance()));
      // Parked: nobody serves until somebody is chosen.
      List<KindSwap> due = yard.planSwap();
      if (place == Place.DEVICE) {
        assertEquals(List.of(), due);
      } else {
        assertTrue(due.getFirst().from().isEmpty());
        yard.call(s -> s.swap(due));
        yard.call(place::use);
      }
      hang.letGo();
      awaitEnd(engine);
      assertEquals(0, yard.abandonedThreads());
    }
  }

  private static void awaitEnd(Thread thread) {
    try {
      assertTrue(thread.join(Duration.ofSeconds(20)), "it came back and ended");
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void tasksBehindTheHungOneRunWithTheFreshState() throws Exception {
    try (Yard yard = open(Place.IOMMU, false)) {
      YardState old = yard.call(s -> s);
      yard.post(Place.IOMMU::use);
      hang.awaitReached();
      CompletableFuture<YardState> next = new CompletableFuture<>();
      yard.post(next::complete);
      assertNotSame(old, next.get(20, TimeUnit.SECONDS));
      assertEquals(1, rebuilt.size());
    }
  }

  @Test
  void whoComesBackTooLateTouchesNothing() {
    AtomicReference<AllocatorContext> context = new AtomicReference<>();
    Hang trap = new Hang("allocate", false);
    List<String> calls = new CopyOnWriteArrayList<>();
    bench.plant(
        AllocatorKind.class,
        "coherent-pool",
        (method, arguments) -> {
          calls.add(method);
          if (method.equals("open")) {
            context.set((AllocatorContext) arguments[1]);
          }
          trap.entering(method, arguments);
        });
    hang = trap;
    try (Yard yard = bench.watched(BOUND)) {
      List<Throwable> seen = new CopyOnWriteArrayList<>();
      Thread engine = yard.call(s -> Thread.currentThread());
      trap.arm();
      assertThrows(
          PlugInException.class,
          () ->
              yard.call(
                  s -> {
                    try {
                      return SwapBench.allocate(s, "codec", SIZE);
                    } catch (Throwable late) {
                      seen.add(late);
                      // A handler that goes on regardless gets nowhere.
                      assertThrows(IllegalStateException.class, () -> s.balance());
                      throw late;
                    }
                  }));
      assertThrows(IllegalStateException.class, () -> context.get().live());
      int before = calls.size();
      yard.call(s -> s.balance());
      trap.letGo();
      awaitEnd(engine);
      assertInstanceOf(AbandonedThread.class, seen.getFirst());
      assertEquals(before, calls.size(), "closed by nobody, called by nobody");
      assertTrue(isClean(yard));
    }
  }

  @Test
  void whoIsSlowInSmallStepsIsNotBlamedForOthers() {
    // The ops call the engine, which calls the IOMMU: that is who hangs.
    try (Yard yard = open(Place.IOMMU, true)) {
      PlugInException hung =
          assertThrows(
              PlugInException.class, () -> yard.call(s -> Shared.of(s, "codec", "viewer", SIZE)));
      assertTrue(hung.getMessage().startsWith("IommuKind 'arm,smmu-v3' of 'mmu'"), hung.getMessage());
    }
  }

  @Test
  void aPlugInThatHangsWhileItIsClosedStopsNeitherSwapNorEnd() {
    Hang trap = new Hang("close", false);
    hang = trap;
    bench.plant(AllocatorKind.class, "cma", trap);
    Yard yard = bench.watched(BOUND);
    yard.call(s -> SwapBench.allocate(s, "codec", SIZE));
    trap.arm();
    assertThrows(PlugInException.class, yard::close);
    assertThrows(IllegalStateException.class, () -> yard.call(s -> s.balance()));
    assertEquals(1, yard.abandonedThreads());
    yard.close();
  }

  @Test
  void aRebuildOnRequestKeepsThreadAndPlugIns() {
    try (Yard yard = open(Place.IOMMU, true)) {
      Thread engine = yard.call(s -> Thread.currentThread());
      yard.call(s -> SwapBench.allocate(s, "codec", SIZE));
      yard.rebuild("half done");
      assertTrue(isClean(yard));
      assertEquals(engine, yard.call(s -> Thread.currentThread()));
      yard.call(
          s -> {
            yard.rebuild("from within");
            return s.balance(); // the old state, until the task ends
          });
      assertTrue(isClean(yard));
      assertEquals(List.of("asked: half done", "asked: from within"), rebuilt);
      assertEquals(List.of(), yard.planSwap());
    }
  }

  @Test
  void everyThrowableOfAPlugInIsItsFailureAndTheYardLives() {
    for (Throwable thrown :
        List.of(
            new InterruptedException("sneaky"),
            new StackOverflowError(),
            new OutOfMemoryError("sneaky"),
            new Exception("sneaky"),
            new Error("sneaky"))) {
      DeviceKind kind =
          bench.kinds.put(
              DeviceKind.class,
              "test,camera",
              Planted.like(
                  DeviceKind.class,
                  new CountingDriver(new ArrayList<>()),
                  (method, arguments) -> {
                    throw WatchTest.<RuntimeException>sneak(thrown);
                  }));
      try (Yard yard = bench.watched(BOUND)) {
        PlugInException broken =
            assertThrows(
                PlugInException.class, () -> yard.call(s -> s.facts(s.device("camera"))));
        assertTrue(broken.getMessage().contains("broke in facts()"), broken.getMessage());
        yard.call(s -> s.hardware(s.device("codec")).consume(new Frame(0, List.of(), 0)));
      }
      assertFalse(bench.kinds.reasonOf(kind).isEmpty(), thrown::toString);
    }
  }

  @SuppressWarnings("unchecked")
  private static <T extends Throwable> T sneak(Throwable thrown) throws T {
    throw (T) thrown;
  }
}
