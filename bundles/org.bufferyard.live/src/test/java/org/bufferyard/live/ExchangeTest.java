package org.bufferyard.live;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Function;
import java.util.stream.Stream;
import org.bufferyard.api.allocator.AllocatorKind;
import org.bufferyard.api.allocator.BouncePoolKind;
import org.bufferyard.api.allocator.IovaAllocatorKind;
import org.bufferyard.api.device.DeviceKind;
import org.bufferyard.api.dmabuf.DmaBufOps;
import org.bufferyard.api.dmabuf.DmaBufOpsKind;
import org.bufferyard.api.iommu.IommuKind;
import org.bufferyard.api.kernel.Flavour;
import org.bufferyard.platform.live.LiveYard;
import org.bufferyard.platform.live.PipelineStatus;
import org.bufferyard.platform.live.PipelineStatus.State;
import org.bufferyard.platform.live.TimelineEntry;
import org.bufferyard.platform.live.TimelineEntry.Kind;
import org.bufferyard.platform.live.YardStatus;
import org.bufferyard.platform.verdict.MemoryKind;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Plug-ins come, shadow, leave, return, throw and hang under pipelines that stream. */
class ExchangeTest {
  private final Bench bench = new Bench();
  private LiveYard yard;

  static Stream<Arguments> kinds() {
    return Stream.of(
        Arguments.of(AllocatorKind.class, "buddy"),
        Arguments.of(AllocatorKind.class, "cma"),
        Arguments.of(IovaAllocatorKind.class, "iova"),
        Arguments.of(BouncePoolKind.class, "swiotlb"),
        Arguments.of(IommuKind.class, "samsung,exynos-sysmmu"),
        Arguments.of(DmaBufOpsKind.class, "vb2-contig"),
        Arguments.of(DmaBufOpsKind.class, "system-heap"),
        Arguments.of(DmaBufOpsKind.class, "vb2-sg"),
        Arguments.of(DeviceKind.class, "test,scaler"));
  }

  @BeforeEach
  void open() {
    yard =
        bench.yards.open(
            Bench.yard(
                "one",
                Bench.pipeline("noncontig", "cam0", "scaler"),
                Bench.pipeline("default", MemoryKind.DEFAULT, "cam1", "scaler", "screen"),
                Bench.pipeline("pages", MemoryKind.PAGES, "cam0", "screen"),
                Bench.pipeline("heap", MemoryKind.SYSTEM_HEAP, "cam0", "scaler")));
    streamsOn();
  }

  @AfterEach
  void close() {
    bench.close();
  }

  private void streamsOn() {
    for (String name : List.of("noncontig", "default", "pages", "heap")) {
      Bench.untilFrames(yard, name, 10);
    }
  }

  private static <K> K wrapped(Class<K> type, K whole) {
    return type.cast(
        Proxy.newProxyInstance(
            type.getClassLoader(),
            new Class<?>[] {type},
            (proxy, method, arguments) -> {
              if (method.getDeclaringClass() == Object.class) {
                return method.getName().equals("equals")
                    ? proxy == arguments[0]
                    : method.getName().equals("hashCode")
                        ? System.identityHashCode(proxy)
                        : "wrapped " + whole;
              }
              try {
                return method.invoke(whole, arguments);
              } catch (InvocationTargetException thrown) {
                throw thrown.getCause();
              }
            }));
  }

  private <K> K whole(Class<K> type, String model) {
    // The bench's own devices have no driver that anybody knows: any driver will do.
    String known = type == DeviceKind.class ? "bufferyard,scaler" : model;
    return bench.kinds.choose(type, known, Flavour.FIDELITY).orElseThrow();
  }

  private void settled() {
    assertTrue(bench.yards.awaitSettled(10_000));
  }

  private void nothingLost() {
    YardStatus status = yard.status();
    Bench.assertBalanced(status);
    for (PipelineStatus p : status.pipelines()) {
      assertEquals(State.STREAMING, p.state(), p.toString());
      assertEquals(0, p.framesDropped(), p + " " + yard.timeline(0));
      assertEquals(0, p.wrongChecksums(), p.toString());
    }
    assertEquals(0, status.abandonedThreads());
  }

  private void nothingLeft() {
    for (String name : List.of("noncontig", "default", "pages", "heap")) {
      yard.stop(name);
    }
    YardStatus status = yard.status();
    assertTrue(status.balance().isClean(), status.balance() + " " + yard.timeline(0));
  }

  @ParameterizedTest
  @MethodSource("kinds")
  <K> void whoComesServesAndWhoLeavesIsReplaced(Class<K> type, String model) {
    K other = wrapped(type, whole(type, model));
    bench.kinds.add(type, model, other);
    settled();
    assertTrue(yard.status().swaps() >= 1, yard.timeline(0).toString());
    streamsOn();
    nothingLost();
    long before = yard.status().swaps();
    bench.kinds.remove(type, model, other);
    if (type != DeviceKind.class) {
      assertTrue(yard.status().swaps() > before, yard.timeline(0).toString());
      streamsOn();
      nothingLost();
      assertTrue(yard.status().longestGapNanos() > 0);
    }
    nothingLeft();
  }

  @ParameterizedTest
  @MethodSource("kinds")
  <K> void withoutASuccessorItIsWaitedForAndThenAllGoesOn(Class<K> type, String model) {
    K serving = whole(type, model);
    if (type == DeviceKind.class) {
      bench.kinds.add(type, model, wrapped(type, serving));
      settled();
    }
    K gone = bench.kinds.takeOut(type, model, Flavour.FIDELITY);
    YardStatus parked = yard.status();
    assertEquals(1, parked.waiting().size(), parked.waiting() + " " + yard.timeline(0));
    assertTrue(parked.waiting().getFirst().contains(model), parked.waiting().toString());
    Bench.assertBalanced(parked);
    bench.kinds.back(type, gone);
    settled();
    assertEquals(List.of(), yard.status().waiting());
    streamsOn();
    nothingLost();
    nothingLeft();
  }

  @Test
  void aDeviceWhoseTypeLeftParksItsPipelinesAndNoOthers() {
    DeviceKind own = wrapped(DeviceKind.class, whole(DeviceKind.class, "test,scaler"));
    bench.kinds.add(DeviceKind.class, "test,scaler", own);
    settled();
    streamsOn();
    bench.kinds.remove(DeviceKind.class, "test,scaler", own);
    PipelineStatus parked = Bench.pipeline(yard, "noncontig");
    assertEquals(State.PARKED, parked.state());
    assertTrue(parked.reason().contains("DeviceKind 'test,scaler'"), parked.reason());
    Bench.untilFrames(yard, "pages", 10);
    bench.kinds.add(DeviceKind.class, "test,scaler", own);
    settled();
    streamsOn();
    nothingLost();
  }

  /** Ops whose mapping does what a test wants once, then is whole. */
  private DmaBufOpsKind once(DmaBufOpsKind whole, Runnable trouble) {
    AtomicBoolean due = new AtomicBoolean(true);
    Function<DmaBufOps, DmaBufOps> around =
        ops ->
            (DmaBufOps)
                Proxy.newProxyInstance(
                    DmaBufOps.class.getClassLoader(),
                    new Class<?>[] {DmaBufOps.class},
                    (proxy, method, arguments) -> {
                      if (method.getName().equals("mapSg") && due.getAndSet(false)) {
                        trouble.run();
                      }
                      try {
                        return method.invoke(ops, arguments);
                      } catch (InvocationTargetException thrown) {
                        throw thrown.getCause();
                      }
                    });
    return (memory, context) -> around.apply(whole.open(memory, context));
  }

  @Test
  void whoThrowsCostsOneFrameAndIsTakenOutOfUse() {
    DmaBufOpsKind whole = whole(DmaBufOpsKind.class, "vb2-contig");
    bench.kinds.add(
        DmaBufOpsKind.class,
        "vb2-contig",
        once(
            whole,
            () -> {
              throw new ArrayIndexOutOfBoundsException(7);
            }));
    Bench.until("quarantine", () -> !bench.kinds.quarantined().isEmpty());
    settled();
    streamsOn();
    YardStatus status = yard.status();
    Bench.assertBalanced(status);
    long dropped = status.pipelines().stream().mapToLong(PipelineStatus::framesDropped).sum();
    assertTrue(dropped >= 1, status.pipelines().toString());
    assertEquals(0, status.pipelines().stream().mapToLong(PipelineStatus::wrongChecksums).sum());
    assertTrue(told(Kind.QUARANTINE), yard.timeline(0).toString());
    nothingLeft();
  }

  private boolean told(Kind kind) {
    return yard.timeline(0).stream().map(TimelineEntry::kind).anyMatch(k -> k == kind);
  }

  @Test
  void whoHangsAndTakesTheInterruptIsTakenOutOfUse() {
    hang(
        () -> {
          try {
            new CountDownLatch(1).await();
          } catch (InterruptedException e) {
            throw new IllegalStateException(e);
          }
        });
    assertEquals(0, yard.status().abandonedThreads());
    nothingLeft();
  }

  @Test
  void whoHangsForEverCostsAThreadAndTheYardGoesOn() {
    AtomicBoolean over = new AtomicBoolean();
    try {
      hang(
          () -> {
            while (!over.get()) {
              Thread.onSpinWait();
            }
          });
      assertEquals(1, yard.status().abandonedThreads());
      assertTrue(told(Kind.REBUILD), yard.timeline(0).toString());
      nothingLeft();
    } finally {
      over.set(true);
    }
    Bench.until("the thread's end", () -> yard.status().abandonedThreads() == 0);
  }

  private void hang(Runnable trouble) {
    DmaBufOpsKind whole = whole(DmaBufOpsKind.class, "vb2-contig");
    bench.kinds.add(DmaBufOpsKind.class, "vb2-contig", once(whole, trouble));
    Bench.until("quarantine", () -> !bench.kinds.quarantined().isEmpty());
    settled();
    streamsOn();
    YardStatus status = yard.status();
    Bench.assertBalanced(status);
    assertTrue(
        status.pipelines().stream().mapToLong(PipelineStatus::framesDropped).sum() >= 1,
        status.pipelines().toString());
    for (PipelineStatus p : status.pipelines()) {
      assertEquals(State.STREAMING, p.state(), p.toString());
      assertEquals(0, p.wrongChecksums(), p.toString());
    }
  }
}
