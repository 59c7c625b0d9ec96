package org.bufferyard.yard;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.bufferyard.api.allocator.AdoptionDeclinedException;
import org.bufferyard.api.allocator.AllocatorContext;
import org.bufferyard.api.allocator.AllocatorKind;
import org.bufferyard.api.allocator.BouncePoolKind;
import org.bufferyard.api.allocator.IovaAllocatorKind;
import org.bufferyard.api.device.Device;
import org.bufferyard.api.device.DeviceKind;
import org.bufferyard.api.dma.Allocation;
import org.bufferyard.api.dma.DmaAttrs;
import org.bufferyard.api.dma.Gfp;
import org.bufferyard.api.dmabuf.DmaBufOpsKind;
import org.bufferyard.api.event.DmaEvent.PlatformChanged;
import org.bufferyard.api.iommu.IommuKind;
import org.bufferyard.platform.input.NoTableFormatException;
import org.bufferyard.platform.yard.Balance;
import org.bufferyard.platform.yard.KindSwap;
import org.bufferyard.platform.yard.SwapOutcome;
import org.bufferyard.platform.yard.SwapOutcome.Declined;
import org.bufferyard.platform.yard.SwapOutcome.Done;
import org.bufferyard.platform.yard.SwapOutcome.Parked;
import org.bufferyard.platform.yard.Yard;
import org.bufferyard.platform.yard.YardDevice;
import org.bufferyard.platform.yard.YardState;
import org.bufferyard.yard.SwapBench.Mapped;
import org.bufferyard.yard.SwapBench.Shared;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Each kind of plug-in appears, shadows, leaves and returns under live buffers. */
final class SwapsTest {
  private static final long SIZE = 64 << 10;
  private final SwapBench bench = new SwapBench();
  private final Yard yard = bench.open();

  @AfterEach
  void nothingIsLeft() {
    assertTrue(balance().isClean(), balance()::toString);
    yard.close();
    bench.close();
  }

  private Balance balance() {
    return yard.call(state -> state.balance());
  }

  private void undo(Consumer<YardState> what) {
    yard.call(
        state -> {
          what.accept(state);
          return null;
        });
  }

  private SwapOutcome swapOne() {
    List<SwapOutcome> outcomes = SwapBench.swap(yard);
    assertEquals(1, outcomes.size(), outcomes::toString);
    return outcomes.getFirst();
  }

  @Test
  void nothingIsDueWhileNobodyComesOrGoes() {
    assertEquals(List.of(), yard.planSwap());
    assertThrows(IllegalStateException.class, () -> yard.call(state -> yard.planSwap()));
  }

  @Test
  void aShadowingAllocatorTakesOverWhatIsLive() {
    Allocation before = yard.call(s -> SwapBench.allocate(s, "codec", SIZE));
    Balance live = balance();
    AllocatorKind theirs = bench.plant(AllocatorKind.class, "coherent-pool");
    KindSwap due = yard.planSwap().getFirst();
    assertEquals("AllocatorKind 'coherent-pool'", due.subject());
    assertEquals(List.of("pool0"), due.elements());
    assertEquals(Set.of(), due.devices());
    assertSame(theirs, due.to().orElseThrow());
    assertEquals(1, assertInstanceOf(Done.class, swapOne()).adopted());
    assertEquals(live, balance());
    Allocation after = yard.call(s -> SwapBench.allocate(s, "codec", SIZE));
    assertNotSame(before.handle(), after.handle());
    bench.kinds.restore(AllocatorKind.class, "coherent-pool");
    assertEquals(2, assertInstanceOf(Done.class, swapOne()).adopted(), "and back again");
    undo(s -> s.dma().free(before));
    undo(s -> s.dma().free(after));
  }

  @Test
  void oneThatDeclinesLeavesEverythingAsItWas() {
    Allocation live = yard.call(s -> SwapBench.allocate(s, "codec", SIZE));
    AllocatorKind real = bench.kinds.real(AllocatorKind.class, "coherent-pool");
    List<AllocatorContext> contexts = new ArrayList<>();
    bench.kinds.put(
        AllocatorKind.class,
        "coherent-pool",
        (spec, context) -> {
          contexts.add(context);
          if (!context.live().isEmpty()) {
            throw new AdoptionDeclinedException("no room for " + context.live());
          }
          return real.open(spec, context);
        });
    Declined declined = assertInstanceOf(Declined.class, swapOne());
    assertTrue(declined.reason().startsWith("no room for [[0x70000000-"), declined.reason());
    assertEquals(1, yard.planSwap().size(), "it is due still");
    undo(s -> s.dma().free(live));
    assertInstanceOf(Done.class, swapOne(), "with nothing live it can");
  }

  @Test
  void oneThatBreaksIsOutOfUseAndTheOldServesOn() {
    Allocation live = yard.call(s -> SwapBench.allocate(s, "codec", SIZE));
    AllocatorKind broken =
        bench.kinds.put(
            AllocatorKind.class,
            "coherent-pool",
            (spec, context) -> {
              throw new OutOfMemoryError("a page of " + spec.id());
            });
    assertInstanceOf(SwapOutcome.Broken.class, swapOne());
    assertEquals(
        "for 'pool0' it broke in open(): java.lang.OutOfMemoryError: a page of pool0",
        bench.kinds.reasonOf(broken));
    assertEquals(List.of(), yard.planSwap());
    undo(s -> s.dma().free(live));
  }

  @Test
  void withoutAnAllocatorWhatIsLiveWaits() {
    Allocation first = yard.call(s -> SwapBench.allocate(s, "codec", SIZE));
    Allocation second = yard.call(s -> SwapBench.allocate(s, "codec", SIZE));
    bench.kinds.remove(AllocatorKind.class, "coherent-pool");
    assertEquals(2, assertInstanceOf(Parked.class, swapOne()).live());
    assertEquals(2 * SIZE >> 12, balance().pages());
    assertTrue(
        yard.call(
                s -> s.dma().allocAttrs(s.device("codec"), SIZE, Gfp.KERNEL, DmaAttrs.NONE))
            .isEmpty());
    undo(s -> s.dma().free(first));
    assertEquals(SIZE >> 12, balance().pages());
    bench.kinds.restore(AllocatorKind.class, "coherent-pool");
    assertEquals(1, assertInstanceOf(Done.class, swapOne()).adopted());
    undo(s -> s.dma().free(second));
  }

  @Test
  void aPlanThatSomebodyElseCarriedOutIsOutdated() {
    bench.plant(AllocatorKind.class, "buddy");
    List<KindSwap> plan = yard.planSwap();
    assertInstanceOf(Done.class, yard.call(s -> s.swap(plan)).getFirst());
    assertInstanceOf(SwapOutcome.Outdated.class, yard.call(s -> s.swap(plan)).getFirst());
    assertInstanceOf(
        SwapOutcome.Outdated.class, yard.call(s -> s.park(plan.getFirst())));
  }

  @Test
  void theOldContextIsRevokedAndItsCloseStopsNothing() {
    AllocatorKind real = bench.kinds.real(AllocatorKind.class, "cma");
    List<AllocatorContext> leaked = new ArrayList<>();
    AllocatorKind leaver =
        bench.plant(
            AllocatorKind.class,
            "cma",
            (method, arguments) -> {
              if (method.equals("open")) {
                leaked.add((AllocatorContext) arguments[1]);
              }
              if (method.equals("close")) {
                throw new IllegalStateException("not now");
              }
            });
    assertInstanceOf(Done.class, swapOne());
    yard.call(s -> leaked.getFirst().live());
    bench.kinds.put(AllocatorKind.class, "cma", Planted.like(AllocatorKind.class, real));
    assertInstanceOf(Done.class, swapOne());
    assertThrows(IllegalStateException.class, () -> leaked.getFirst().live());
    assertThrows(IllegalStateException.class, () -> leaked.getFirst().events());
    assertTrue(bench.kinds.reasonOf(leaver).contains("not now"));
    assertTrue(
        yard.call(s -> s.events().since(0)).stream()
            .anyMatch(e -> e instanceof PlatformChanged c && c.what().contains("not now")));
  }

  @Test
  void aBouncePoolChangesUnderABounce() {
    Mapped mapped = yard.call(s -> Mapped.of(s, "tiny", SIZE));
    Balance live = balance();
    assertTrue(live.bounceSlots() > 0);
    bench.plant(BouncePoolKind.class, "swiotlb");
    assertEquals(1, assertInstanceOf(Done.class, swapOne()).adopted());
    assertEquals(live, balance());
    bench.kinds.remove(BouncePoolKind.class, "swiotlb");
    assertEquals(1, assertInstanceOf(Parked.class, swapOne()).live());
    assertEquals(live, balance());
    assertThrows(IllegalStateException.class, () -> yard.call(s -> Mapped.of(s, "tiny", SIZE)));
    undo(mapped::undo);
    bench.kinds.restore(BouncePoolKind.class, "swiotlb");
    assertEquals(0, assertInstanceOf(Done.class, swapOne()).adopted());
  }

  @Test
  void anIovaAllocatorChangesUnderAMapping() {
    Mapped mapped = yard.call(s -> Mapped.of(s, "scaler", SIZE));
    Balance live = balance();
    IovaAllocatorKind fast = bench.kinds.real(IovaAllocatorKind.class, "iova", "fast");
    bench.kinds.put(IovaAllocatorKind.class, "iova", fast);
    KindSwap due = yard.planSwap().getFirst();
    assertEquals(List.of("mmu"), due.elements());
    assertEquals(Set.of(), due.devices());
    assertEquals(1, assertInstanceOf(Done.class, swapOne()).adopted());
    assertEquals(live, balance());
    bench.kinds.remove(IovaAllocatorKind.class, "iova");
    assertEquals(1, assertInstanceOf(Parked.class, swapOne()).live());
    undo(mapped::undo);
    bench.kinds.restore(IovaAllocatorKind.class, "iova");
    assertEquals(0, assertInstanceOf(Done.class, swapOne()).adopted());
    Mapped again = yard.call(s -> Mapped.of(s, "scaler", SIZE));
    undo(again::undo);
  }

  @Test
  void anIommuChangesWhenItsDevicesHoldNothing() {
    Mapped mapped = yard.call(s -> Mapped.of(s, "scaler", SIZE));
    IommuKind theirs = bench.plant(IommuKind.class, SwapBench.SMMU);
    List<KindSwap> plan = yard.planSwap();
    assertEquals(Set.of("scaler", "viewer"), plan.getFirst().devices());
    assertEquals(List.of("mmu"), plan.getFirst().elements());
    IllegalStateException busy =
        assertThrows(IllegalStateException.class, () -> yard.call(s -> s.swap(plan)));
    assertTrue(busy.getMessage().startsWith("device 'scaler' holds 1 "), busy.getMessage());
    YardDevice before = yard.call(s -> s.device("scaler"));
    undo(mapped::undo);
    assertInstanceOf(Done.class, yard.call(s -> s.swap(plan)).getFirst());
    assertFalse(before.isPresent());
    assertSame(theirs, plan.getFirst().to().orElseThrow());
    Mapped again = yard.call(s -> Mapped.of(s, "scaler", SIZE));
    undo(again::undo);
  }

  @Test
  void withoutATableFormatThereIsAStandInUntilItReturns() {
    bench.kinds.remove(IommuKind.class, SwapBench.SMMU);
    List<SwapOutcome> outcomes = SwapBench.swap(yard);
    assertInstanceOf(Parked.class, outcomes.getFirst());
    assertEquals(
        List.of(), yard.planSwap(), "whoever places IOVAs stays, for when the format returns");
    assertThrows(
        NoTableFormatException.class, () -> yard.call(s -> SwapBench.allocate(s, "scaler", SIZE)));
    bench.kinds.restore(IommuKind.class, SwapBench.SMMU);
    assertInstanceOf(Done.class, SwapBench.swap(yard).getFirst());
    Allocation memory = yard.call(s -> SwapBench.allocate(s, "scaler", SIZE));
    undo(s -> s.dma().free(memory));
  }

  @Test
  void anIommuThatBreaksWhenDevicesComeIsReplacedByTheStandIn() {
    IommuKind broken =
        bench.plant(
            IommuKind.class,
            SwapBench.SMMU,
            (method, arguments) -> {
              if (method.equals("attach")) {
                throw new ArithmeticException("no stream table");
              }
            });
    assertInstanceOf(SwapOutcome.Broken.class, swapOne());
    assertTrue(bench.kinds.reasonOf(broken).contains("no stream table"));
    KindSwap back = yard.planSwap().getFirst();
    assertEquals(Optional.empty(), back.from());
    assertInstanceOf(Done.class, swapOne());
    Mapped mapped = yard.call(s -> Mapped.of(s, "viewer", SIZE));
    undo(mapped::undo);
  }

  @Test
  void opsServeTheirBuffersUntilTheseAreReleased() {
    Shared old = yard.call(s -> Shared.of(s, "codec", "viewer", SIZE));
    String name = old.buffer().opsName();
    List<String> calls = new ArrayList<>();
    bench.plant(DmaBufOpsKind.class, name, (method, arguments) -> calls.add(method));
    KindSwap due = yard.planSwap().getFirst();
    assertEquals(List.of("codec"), due.elements());
    assertInstanceOf(Done.class, swapOne());
    Shared fresh = yard.call(s -> Shared.of(s, "codec", "viewer", SIZE));
    int soFar = calls.size();
    assertTrue(calls.contains("mapSg"), calls::toString);
    undo(old::undo);
    assertEquals(soFar, calls.size(), "the old buffer kept its ops");
    bench.kinds.remove(DmaBufOpsKind.class, name);
    assertEquals(1, assertInstanceOf(Parked.class, swapOne()).live());
    undo(fresh::undo);
    bench.kinds.restore(DmaBufOpsKind.class, name);
    assertEquals(List.of(), yard.planSwap().getFirst().elements());
    assertInstanceOf(Done.class, swapOne());
  }

  @Test
  void whoLeavesInMidCallIsExchangedWhenTheCallIsBack() throws Exception {
    Hang call = new Hang("allocate", false);
    bench.plant(AllocatorKind.class, "coherent-pool", call);
    assertInstanceOf(Done.class, swapOne());
    call.arm();
    CompletableFuture<Allocation> allocated = new CompletableFuture<>();
    yard.post(s -> allocated.complete(SwapBench.allocate(s, "codec", SIZE)));
    call.awaitReached();
    bench.kinds.restore(AllocatorKind.class, "coherent-pool");
    List<KindSwap> plan = yard.planSwap();
    CompletableFuture<List<SwapOutcome>> swapped = new CompletableFuture<>();
    yard.post(s -> swapped.complete(s.swap(plan)));
    assertFalse(swapped.isDone());
    call.letGo();
    assertEquals(
        1, assertInstanceOf(Done.class, swapped.get(20, TimeUnit.SECONDS).getFirst()).adopted());
    undo(s -> s.dma().free(allocated.join()));
  }

  @Test
  void aDeviceTypeComesAndGoes() {
    Device plain = yard.call(s -> s.hardware(s.device("camera")));
    List<String> calls = new ArrayList<>();
    DeviceKind driver = new CountingDriver(calls);
    bench.kinds.put(DeviceKind.class, "test,camera", driver);
    KindSwap due = yard.planSwap().getFirst();
    assertEquals(List.of("camera"), due.elements());
    assertInstanceOf(Done.class, swapOne());
    assertNotSame(plain, yard.call(s -> s.hardware(s.device("camera"))));
    yard.call(s -> s.facts(s.device("camera")));
    assertEquals(List.of("open camera", "facts camera"), calls);
    bench.kinds.restore(DeviceKind.class, "test,camera");
    assertInstanceOf(Parked.class, swapOne());
    assertEquals(List.of("open camera", "facts camera", "close camera"), calls);
    yard.call(s -> s.hardware(s.device("camera")));
    yard.call(s -> s.facts(s.device("camera")));
    assertEquals(3, calls.size());
  }
}
