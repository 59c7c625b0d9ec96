package org.bufferyard.yard;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import org.bufferyard.api.allocator.AllocationRequest;
import org.bufferyard.api.allocator.AllocatorKind;
import org.bufferyard.api.event.DmaEvent.PlatformChanged;
import org.bufferyard.api.kernel.KernelOops;
import org.bufferyard.api.kernel.Rule;
import org.bufferyard.api.memory.PhysRange;
import org.bufferyard.platform.input.BadInputException;
import org.bufferyard.platform.registry.PlugInException;
import org.bufferyard.platform.spec.PoolSpec;
import org.bufferyard.platform.yard.Balance;
import org.bufferyard.platform.yard.MappingLedger;
import org.bufferyard.platform.yard.Yard;
import org.bufferyard.platform.yard.YardState;
import org.junit.jupiter.api.Test;

/** A yard as a whole, on fakes: its thread, its plug-ins, what is left when it ends. */
final class YardTest {
  private final Bench bench = new Bench();

  @Test
  void everyTaskRunsOnTheOneEngineThread() {
    try (Yard yard = bench.device("codec").open()) {
      Thread first = yard.call(state -> Thread.currentThread());
      assertEquals("yard bench", first.getName());
      assertSame(first, yard.call(state -> Thread.currentThread()));
      assertNotSame(Thread.currentThread(), first);
      assertSame(
          first,
          yard.call(state -> yard.call(nested -> Thread.currentThread())),
          "a call from the engine thread runs in place");
    }
  }

  @Test
  void stateThatLeftItsTaskIsOfNoUseToOtherThreads() {
    try (Yard yard = bench.device("codec").open()) {
      YardState kept = yard.call(state -> state);
      IllegalStateException refusal =
          assertThrows(IllegalStateException.class, () -> kept.device("codec"));
      assertTrue(refusal.getMessage().contains("not by yard bench"), refusal.getMessage());
      assertThrows(IllegalStateException.class, kept::ledger);
      assertThrows(IllegalStateException.class, kept::memory);
    }
  }

  @Test
  void exceptionsComeOutAsTheyAreAndTheYardLivesOn() {
    try (Yard yard = bench.device("codec").open()) {
      KernelOops oops = new KernelOops(Rule.of("C1", "page_to_pfn"), "dead");
      assertSame(oops, assertThrows(KernelOops.class, () -> yard.call(s -> fail(oops))));
      AssertionError bug = new AssertionError("bug");
      assertSame(bug, assertThrows(AssertionError.class, () -> yard.call(s -> fail(bug))));
      IOException checked = new IOException("disk");
      assertSame(
          checked,
          assertThrows(CompletionException.class, () -> yard.call(s -> fail(checked))).getCause());
      assertEquals("codec", yard.call(s -> s.device("codec").id()));
    }
  }

  private static Object fail(Throwable thrown) throws Exception {
    switch (thrown) {
      case Error error -> throw error;
      case Exception exception -> throw exception;
      default -> throw new IllegalArgumentException(thrown);
    }
  }

  @Test
  void postedTasksRunInOrderAndTheirFailureIsAnEvent() throws Exception {
    try (Yard yard = bench.device("codec").open()) {
      List<Integer> order = new ArrayList<>();
      CountDownLatch done = new CountDownLatch(1);
      yard.post(s -> order.add(1));
      yard.post(
          s -> {
            throw new IOException("no luck");
          });
      yard.post(
          s -> {
            order.add(2);
            done.countDown();
            return null;
          });
      assertTrue(done.await(10, java.util.concurrent.TimeUnit.SECONDS));
      assertEquals(List.of(1, 2), yard.call(s -> List.copyOf(order)));
      assertTrue(
          yard.call(s -> s.events().since(0)).stream()
              .anyMatch(e -> e instanceof PlatformChanged c && c.what().contains("no luck")));
    }
  }

  @Test
  void closeUndoesWhatIsLeftNewestFirstThenClosesEveryInstance() {
    bench.iommu("mmu", "fake,iommu").device("codec").device(new Bench.Part("scaler").behind("mmu", 1));
    Yard yard = bench.open();
    List<String> undone = new ArrayList<>();
    Thread engine =
        yard.call(
            state -> {
              for (String device : List.of("codec", "scaler", "codec")) {
                state.ledger().add(entry(device, undone.size(), () -> undone.add(device)));
              }
              return Thread.currentThread();
            });
    bench.kinds.calls.clear();
    yard.close();
    assertEquals(List.of("codec", "scaler", "codec"), undone);
    assertEquals(
        List.of(
            "close table of mmu",
            "close mmu/scaler",
            "close mmu",
            "close cma0",
            "close pool0",
            "close zone:DMA"),
        bench.kinds.calls);
    assertFalse(engine.isAlive());
    yard.close();
    assertThrows(IllegalStateException.class, () -> yard.call(s -> 1));
    assertThrows(IllegalStateException.class, () -> yard.post(s -> 1));
  }

  private static MappingLedger.Entry entry(String device, long dma, Runnable undo) {
    return new MappingLedger.Entry(MappingLedger.Kind.SINGLE, device, dma, 4096, undo);
  }

  @Test
  void anUndoThatThrowsStopsNothingAndIsReported() {
    Yard yard = bench.device("codec").open();
    List<String> undone = new ArrayList<>();
    yard.call(
        state -> {
          state.ledger().add(entry("codec", 1, () -> undone.add("old")));
          state
              .ledger()
              .add(
                  entry(
                      "codec",
                      2,
                      () -> {
                        throw new IllegalArgumentException("not live");
                      }));
          return null;
        });
    IllegalStateException failure = assertThrows(IllegalStateException.class, yard::close);
    assertEquals(1, failure.getSuppressed().length);
    assertEquals(List.of("old"), undone);
    assertTrue(bench.kinds.calls.contains("close zone:DMA"), bench.kinds.calls.toString());
  }

  @Test
  void closeFromTheEngineThreadEndsItToo() throws Exception {
    Yard yard = bench.device("codec").open();
    Thread engine = yard.call(s -> Thread.currentThread());
    yard.call(
        s -> {
          yard.close();
          return null;
        });
    engine.join(10_000);
    assertFalse(engine.isAlive());
    assertThrows(IllegalStateException.class, () -> yard.call(s -> 1));
  }

  @Test
  void aTaskThatWaitsBehindTheEndIsTurnedAway() throws Exception {
    Yard yard = bench.device("codec").open();
    CountDownLatch inTask = new CountDownLatch(1);
    CountDownLatch queued = new CountDownLatch(1);
    Thread closer =
        Thread.ofPlatform()
            .start(
                () ->
                    yard.call(
                        s -> {
                          inTask.countDown();
                          queued.await();
                          yard.close();
                          return null;
                        }));
    inTask.await();
    AtomicReference<Throwable> outcome = new AtomicReference<>();
    Thread late =
        Thread.ofPlatform()
            .start(
                () -> {
                  try {
                    yard.call(s -> s.device("codec"));
                  } catch (Throwable thrown) {
                    outcome.set(thrown);
                  }
                });
    while (late.getState() != Thread.State.WAITING) {
      Thread.onSpinWait();
    }
    queued.countDown();
    closer.join();
    late.join();
    assertEquals(IllegalStateException.class, outcome.get().getClass());
  }

  @Test
  void anUnknownDeviceIsBadInputThatNamesTheOthers() {
    try (Yard yard = bench.device("codec").device("scaler").open()) {
      BadInputException bad =
          assertThrows(BadInputException.class, () -> yard.call(s -> s.device("scalar")));
      assertEquals(
          "board 'bench': no device 'scalar'; there are: [codec, scaler]", bad.getMessage());
    }
  }

  @Test
  void aPoolWhoseAllocatorNobodyBringsIsBadInputAndLeavesNoThread() {
    bench.pools.add(
        Bench.pool(
            "odd", new PhysRange(0x7300_0000L, 0x10000), PoolSpec.Kind.COHERENT, "odd-one", true));
    BadInputException bad = assertThrows(BadInputException.class, bench::open);
    assertEquals(
        "pool 'odd': needs the AllocatorKind 'odd-one' in flavour 'fidelity', which no plug-in"
            + " brings; there are: [buddy, cma, coherent-pool]",
        bad.getMessage());
  }

  @Test
  void aYardThatDoesNotOpenClosesWhatItHadOpened() {
    bench.kinds.put(
        AllocatorKind.class,
        "cma",
        (AllocatorKind)
            (spec, context) -> {
              throw new IllegalStateException("no book");
            });
    PlugInException failure = assertThrows(PlugInException.class, bench::open);
    assertTrue(failure.getMessage().contains("AllocatorKind 'cma' of 'cma0' ("), failure.getMessage());
    assertTrue(failure.getMessage().contains(") broke in open()"), failure.getMessage());
    assertEquals(
        List.of("close pool0", "close zone:DMA"),
        bench.kinds.calls.stream().filter(c -> c.startsWith("close")).toList());
    assertTrue(
        Thread.getAllStackTraces().keySet().stream().noneMatch(t -> t.getName().equals("yard bench")));
  }

  @Test
  void aPlugInThatThrowsIsNamedAndTheYardLivesOn() {
    bench.kinds.put(AllocatorKind.class, "coherent-pool", (AllocatorKind) (s, c) -> new Broken());
    bench.device(new Bench.Part("codec").pools("pool0"));
    Yard yard = bench.open();
    PlugInException failure =
        assertThrows(
            PlugInException.class,
            () ->
                yard.call(
                    s ->
                        s.device("codec")
                            .coherentPool()
                            .orElseThrow()
                            .allocator()
                            .allocate(AllocationRequest.pages(1))));
    assertTrue(failure.getMessage().contains(") broke in allocate()"), failure.getMessage());
    assertEquals(ArithmeticException.class, failure.getCause().getClass());
    assertEquals("codec", yard.call(s -> s.device("codec").name()));
    PlugInException closing = assertThrows(PlugInException.class, yard::close);
    assertTrue(closing.getMessage().contains("'pool0' (org.bufferyard.yard.YardTest"), closing.getMessage());
    assertTrue(closing.getMessage().contains("broke in close()"), closing.getMessage());
  }

  /** Breaks in everything. */
  private static final class Broken implements org.bufferyard.api.allocator.Allocator {
    @Override
    public long allocate(AllocationRequest request) {
      throw new ArithmeticException("by zero");
    }

    @Override
    public void free(long base, long sizeBytes) {
      throw new ArithmeticException("by zero");
    }

    @Override
    public boolean owns(long phys) {
      throw new ArithmeticException("by zero");
    }

    @Override
    public long freeBytes() {
      return 0;
    }

    @Override
    public void close() {
      throw new ArithmeticException("by zero");
    }
  }

  @Test
  void theBalanceCountsWhatIsTakenAndReturnsToZero() {
    bench.iommu("mmu", "fake,iommu").device(new Bench.Part("scaler").behind("mmu", 1));
    try (Yard yard = bench.open()) {
      yard.call(
          s -> {
            assertTrue(s.balance().isClean(), s.balance().toString());
            var zone = bench.dmaContext.zones().getFirst().allocator();
            var iova = s.device("scaler").domain().orElseThrow().iova();
            long pages = zone.allocate(AllocationRequest.pages(3));
            long frames = iova.allocate(4, 0xfffff, true);
            MappingLedger.Entry entry = entry("scaler", frames << 12, () -> {});
            s.ledger().add(entry);
            assertEquals(new Balance(1, 0, 0, 3, 4, 0), s.balance());
            zone.free(pages, 3 * 4096);
            iova.free(frames, 4);
            s.ledger().remove(entry);
            assertTrue(s.balance().isClean(), s.balance().toString());
            return null;
          });
    }
  }

  @Test
  void hardwareAndFactsOfAnUnknownDeviceArePlain() {
    try (Yard yard = bench.device("codec").open()) {
      yard.call(
          s -> {
            assertEquals("unknown", s.facts(s.device("codec")).driver());
            assertSame(s.hardware(s.device("codec")), s.hardware(s.device("codec")));
            return null;
          });
    }
  }
}
