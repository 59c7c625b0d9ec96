package org.bufferyard.yard;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.reflect.Proxy;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import org.bufferyard.api.allocator.AllocationRequest;
import org.bufferyard.api.allocator.Allocator;
import org.bufferyard.api.allocator.AllocatorKind;
import org.bufferyard.api.allocator.BouncePool;
import org.bufferyard.api.allocator.BounceRequest;
import org.bufferyard.api.allocator.IovaAllocator;
import org.bufferyard.api.allocator.IovaSpec;
import org.bufferyard.api.device.DeviceKind;
import org.bufferyard.api.dma.DmaDirection;
import org.bufferyard.api.dmabuf.DmaBufOps;
import org.bufferyard.api.dmabuf.DmaBufOpsKind;
import org.bufferyard.api.dmabuf.ExportedMemory;
import org.bufferyard.api.dmabuf.OpsContext;
import org.bufferyard.api.event.EventSink;
import org.bufferyard.api.kernel.KernelOops;
import org.bufferyard.api.kernel.KernelProfile;
import org.bufferyard.api.kernel.Rule;
import org.bufferyard.api.memory.PhysRange;
import org.bufferyard.api.memory.SgTable;
import org.bufferyard.platform.input.BadInputException;
import org.bufferyard.platform.registry.KindStatus;
import org.bufferyard.platform.registry.PlugInException;
import org.bufferyard.platform.yard.Yard;
import org.bufferyard.platform.yard.YardState;
import org.bufferyard.yard.guard.GuardedAllocator;
import org.bufferyard.yard.guard.GuardedBouncePool;
import org.bufferyard.yard.guard.GuardedIovaAllocator;
import org.bufferyard.yard.guard.PlugIn;
import org.bufferyard.yard.guard.Seat;
import org.bufferyard.yard.guard.Standing;
import org.bufferyard.yard.memory.Injected;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What a plug-in may do wrong, who is told, and that it is used by nobody afterwards. */
final class BrokenPlugInTest {
  private final Bench bench = new Bench();

  @Test
  void whatBrokeIsOutOfUseUntilAnotherServes() {
    bench.kinds.put(AllocatorKind.class, "cma", (AllocatorKind) BrokenPlugInTest::noBook);
    assertThrows(PlugInException.class, bench::open);
    KindStatus line = bench.kinds.status().getFirst();
    assertEquals("AllocatorKind cma " + KindStatus.State.QUARANTINED, line.kind() + " " + line.model() + " " + line.state());
    assertEquals(
        "for 'cma0' it broke in open(): java.lang.IllegalStateException: no book", line.reason());
    BadInputException bad = assertThrows(BadInputException.class, bench::open);
    assertEquals(
        "pool 'cma0': needs the AllocatorKind 'cma' in flavour 'fidelity', which is out of use:"
            + " the bench: for 'cma0' it broke in open(): java.lang.IllegalStateException: no book;"
            + " update or remove that plug-in",
        bad.getMessage());
    bench.kinds.put(
        AllocatorKind.class, "cma", (AllocatorKind) (s, c) -> new FakeAllocator(s, bench.kinds.calls));
    bench.open().close();
  }

  private static Allocator noBook(Object spec, Object context) {
    throw new IllegalStateException("no\n book");
  }

  private static Allocator handsOut(Long... bases) {
    Queue<Long> next = new ArrayDeque<>(Arrays.asList(bases));
    return (Allocator)
        Proxy.newProxyInstance(
            BrokenPlugInTest.class.getClassLoader(),
            new Class<?>[] {Allocator.class},
            (proxy, method, arguments) ->
                switch (method.getName()) {
                  case "allocate" -> next.remove();
                  case "freeBytes" -> 0L;
                  default -> null;
                });
  }

  @Test
  void memoryThatIsInUseIsNotTakenTwice() {
    bench.kinds.put(
        AllocatorKind.class,
        "coherent-pool",
        (AllocatorKind) (s, c) -> handsOut(0x7000_0000L, 0x7000_4000L, 0x7000_3000L));
    bench.device(new Bench.Part("codec").pools("pool0"));
    try (Yard yard = bench.open()) {
      Allocator pool = yard.call(s -> s.device("codec").coherentPool().orElseThrow().allocator());
      yard.call(s -> pool.allocate(AllocationRequest.pages(4)));
      yard.call(s -> pool.allocate(AllocationRequest.pages(4)));
      PlugInException broken =
          assertThrows(
              PlugInException.class,
              () -> yard.call(s -> pool.allocate(AllocationRequest.pages(1))));
      assertTrue(
          broken
              .getMessage()
              .endsWith(
                  "returned 1 pages at 0x70003000 from allocate(), which overlap a range that is"
                      + " live"),
          broken.getMessage());
      assertEquals(KindStatus.State.QUARANTINED, bench.kinds.status().getFirst().state());
    }
  }

  @Test
  void memoryThatWasGivenBackMayBeTakenAgain() {
    GuardedAllocator pool = guarded(handsOut(0x7000_0000L, 0x7000_0000L));
    pool.free(pool.allocate(AllocationRequest.pages(4)), 4 * 4096);
    assertEquals(0x7000_0000L, pool.allocate(AllocationRequest.pages(4)));
  }

  @ParameterizedTest
  @CsvSource({
    "0x6ffff000, 0, -1, 'which leave its regions [[0x70000000-0x703fffff]]'",
    "0x703ff000, 0, -1, 'which leave its regions [[0x70000000-0x703fffff]]'",
    "0x70001000, 1, -1, 'which are not aligned to order 1'",
    "0x70000800, 0, -1, 'which are not aligned to order 0'",
    "0x70002000, 0, 0x70002fff, 'beyond the limit 0x70002fff'"
  })
  void memoryThatWasNotAskedForIsRefused(long base, int order, long limit, String why) {
    PlugInException broken =
        assertThrows(
            PlugInException.class,
            () ->
                guarded(handsOut(base))
                    .allocate(
                        new AllocationRequest(2, order, limit, AllocationRequest.NO_PREFERENCE)));
    assertTrue(broken.getMessage().endsWith(" from allocate(), " + why), broken.getMessage());
  }

  private static GuardedAllocator guarded(Allocator plugIn) {
    return new GuardedAllocator(seat(plugIn), List.of(Bench.POOL), new Injected());
  }

  private static <T> Seat<T> seat(T plugIn) {
    PlugIn somebody =
        new PlugIn(
            "Kind", "model", "org.example.Provider", "element", r -> {}, new Standing(), null);
    return new Seat<>(plugIn, somebody, () -> {}, Optional.empty());
  }

  @ParameterizedTest
  @CsvSource({"15, 4, leave the space", "97, 4, leave the space", "22, 4, overlap a range"})
  void iovaThatIsNotFreeIsRefused(long pfn, long pages, String why) {
    Queue<Long> next = new ArrayDeque<>(List.of(20L, pfn));
    IovaAllocator plugIn =
        (IovaAllocator)
            Proxy.newProxyInstance(
                getClass().getClassLoader(),
                new Class<?>[] {IovaAllocator.class},
                (proxy, method, arguments) -> next.remove());
    GuardedIovaAllocator guarded =
        new GuardedIovaAllocator(seat(plugIn), new IovaSpec("d", 12, 16));
    guarded.allocate(4, 99, true);
    PlugInException broken =
        assertThrows(PlugInException.class, () -> guarded.allocate(pages, 99, true));
    assertTrue(broken.getMessage().contains(why), broken.getMessage());
  }

  @Test
  void aBounceOutsideItsPoolIsRefused() {
    BouncePool plugIn =
        (BouncePool)
            Proxy.newProxyInstance(
                getClass().getClassLoader(),
                new Class<?>[] {BouncePool.class},
                (proxy, method, arguments) -> 0x1f00L);
    GuardedBouncePool guarded =
        new GuardedBouncePool(seat(plugIn), new PhysRange(0x1000, 0x1000));
    assertEquals(0x1f00L, guarded.map(bounce(0x100)));
    PlugInException broken =
        assertThrows(PlugInException.class, () -> guarded.map(bounce(0x101)));
    assertTrue(
        broken.getMessage().contains("returned 0x1f00 for 257 bytes from map()"),
        broken.getMessage());
  }

  @Test
  void aBounceOverAnotherIsRefused() {
    Queue<Long> next = new ArrayDeque<>(List.of(0x1000L, 0x1800L, 0x17ffL, 0x1000L));
    BouncePool plugIn =
        (BouncePool)
            Proxy.newProxyInstance(
                getClass().getClassLoader(),
                new Class<?>[] {BouncePool.class},
                (proxy, method, arguments) -> method.getName().equals("map") ? next.remove() : null);
    GuardedBouncePool guarded =
        new GuardedBouncePool(seat(plugIn), new PhysRange(0x1000, 0x1000));
    guarded.map(bounce(0x800));
    guarded.map(bounce(0x100));
    assertTrue(
        assertThrows(PlugInException.class, () -> guarded.map(bounce(1)))
            .getMessage()
            .endsWith("returned 0x17ff for 1 bytes from map(), which overlap a bounce that is live"));
    guarded.release(0x1000);
    assertEquals(0x1000, guarded.map(bounce(0x800)));
    assertEquals(
        List.of(new PhysRange(0x1000, 0x800), new PhysRange(0x1800, 0x100)), guarded.live());
  }

  private static BounceRequest bounce(long size) {
    return new BounceRequest(0x5000, size, 0, 0, -1L, 0x1000, AllocationRequest.NO_PREFERENCE);
  }

  @Test
  void opsThatThrowAreNamedAndAnOopsStaysAnOops() {
    KernelOops oops = new KernelOops(Rule.of("C1", "dma_get_sgtable"), "a page that is none");
    DmaBufOps ops =
        (DmaBufOps)
            Proxy.newProxyInstance(
                getClass().getClassLoader(),
                new Class<?>[] {DmaBufOps.class},
                (proxy, method, arguments) ->
                    switch (method.getName()) {
                      case "mapSg" -> throw new ArithmeticException("by zero");
                      case "getSgtable" -> throw oops;
                      case "lifecycle", "cpu" -> nothing(method.getReturnType());
                      default -> null;
                    });
    bench.kinds.put(DmaBufOpsKind.class, "odd", (DmaBufOpsKind) (memory, context) -> ops);
    bench.device("codec");
    try (Yard yard = bench.open()) {
      ExportedMemory memory =
          yard.call(
              s ->
                  new ExportedMemory(
                      s.device("codec"), 4096, Optional.empty(), Optional.of(SgTable.ofPages(List.of()))));
      DmaBufOps guarded = yard.call(s -> bench.bufContext.ops("odd").open(memory, opsContext(s)));
      assertSame(oops, assertThrows(KernelOops.class, guarded::getSgtable));
      assertEquals(List.of(), bench.kinds.status());
      PlugInException broken =
          assertThrows(
              PlugInException.class, () -> guarded.mapSg(null, DmaDirection.TO_DEVICE));
      assertTrue(
          broken.getMessage().startsWith("DmaBufOpsKind 'odd' of 'codec' (org.bufferyard.yard"),
          broken.getMessage());
      assertTrue(
          broken.getMessage().endsWith("broke in mapSg(): java.lang.ArithmeticException: by zero"),
          broken.getMessage());
      assertTrue(
          assertThrows(PlugInException.class, guarded::traits)
              .getMessage()
              .endsWith("returned null from traits()"));
    }
    assertEquals(KindStatus.State.QUARANTINED, bench.kinds.status().getFirst().state());
    try (Yard yard = bench.open()) {
      BadInputException bad =
          assertThrows(BadInputException.class, () -> bench.bufContext.ops("odd"));
      assertTrue(bad.getMessage().contains("DmaBufOpsKind 'odd'"), bad.getMessage());
      assertTrue(bad.getMessage().contains("out of use: the bench: for 'codec' it broke in mapSg()"), bad.getMessage());
      assertEquals("bench", yard.spec().name());
    }
  }

  private static OpsContext opsContext(YardState state) {
    EventSink events = state.events();
    return (OpsContext)
        Proxy.newProxyInstance(
            BrokenPlugInTest.class.getClassLoader(),
            new Class<?>[] {OpsContext.class},
            (proxy, method, arguments) ->
                switch (method.getName()) {
                  case "kernel" -> KernelProfile.DEFAULT;
                  case "events" -> events;
                  default -> null;
                });
  }

  private static Object nothing(Class<?> type) {
    return Proxy.newProxyInstance(
        type.getClassLoader(), new Class<?>[] {type}, (proxy, method, arguments) -> 0);
  }

  @Test
  void aDriverThatBrokeIsNotReplacedByGuessing() {
    DeviceKind broken =
        (DeviceKind)
            Proxy.newProxyInstance(
                getClass().getClassLoader(),
                new Class<?>[] {DeviceKind.class},
                (proxy, method, arguments) -> {
                  throw new IllegalStateException("no facts");
                });
    bench.device("codec").device("scaler");
    bench.kinds.put(DeviceKind.class, "test,codec", broken);
    try (Yard yard = bench.open()) {
      assertThrows(PlugInException.class, () -> yard.call(s -> s.facts(s.device("codec"))));
      yard.call(s -> s.facts(s.device("scaler")));
    }
    try (Yard yard = bench.open()) {
      BadInputException bad =
          assertThrows(
              BadInputException.class, () -> yard.call(s -> s.facts(s.device("codec"))));
      assertTrue(
          bad.getMessage().startsWith("device 'codec': its DeviceKind 'test,codec' is out of use:"),
          bad.getMessage());
      yard.call(s -> s.facts(s.device("scaler")));
    }
  }
}
