package org.bufferyard.dmabuf;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.bufferyard.api.contract.RecordedEvents;
import org.bufferyard.api.dmabuf.DmaFence;
import org.bufferyard.api.dmabuf.DmaFences;
import org.bufferyard.api.dmabuf.DmaResv;
import org.bufferyard.api.dmabuf.FenceUsage;
import org.bufferyard.api.event.DmaEvent;
import org.bufferyard.api.kernel.KernelProfile;
import org.junit.jupiter.api.Test;

/** Deadlines and time stamps: dma_fence_set_deadline(), dma_fence_timestamp() and who hands them on. */
class FenceTimesTest {
  private final RecordedEvents events = new RecordedEvents();
  private long now = 100;
  private final DmaFences fences = of(KernelProfile.LINUX_7_3);

  private DmaFences of(KernelProfile kernel) {
    return new FenceContainers(kernel, events, () -> now);
  }

  private DmaFence fence(long context) {
    return fences.fence(context, 1);
  }

  private static OptionalLong at(long nanos) {
    return OptionalLong.of(nanos);
  }

  // ---- dma_fence_set_deadline() ----

  @Test
  void theEarliestDeadlineCounts() {
    DmaFence fence = fence(1);
    assertEquals(OptionalLong.empty(), fence.deadlineNanos());
    fence.setDeadline(500);
    fence.setDeadline(900);
    assertEquals(at(500), fence.deadlineNanos());
    fence.setDeadline(200);
    assertEquals(at(200), fence.deadlineNanos());
  }

  @Test
  void aSignaledFenceTakesNoDeadline() {
    DmaFence fence = fence(1);
    fence.signal();
    fence.setDeadline(500);
    assertEquals(OptionalLong.empty(), fence.deadlineNanos());
  }

  /** dma_fence_array_set_deadline(). */
  @Test
  void anArrayHandsItToEachOfItsFences() {
    DmaFence first = fence(1);
    DmaFence done = fence(2);
    done.signal();
    DmaFence last = fence(3);
    DmaFence array = fences.array(List.of(first, done, last), false);
    array.setDeadline(500);
    assertEquals(at(500), first.deadlineNanos());
    assertEquals(OptionalLong.empty(), done.deadlineNanos());
    assertEquals(at(500), last.deadlineNanos());
    assertEquals(OptionalLong.empty(), array.deadlineNanos());
  }

  /** dma_fence_chain_set_deadline(): the fences of all links, containers in them too. */
  @Test
  void aChainHandsItToTheFencesOfItsLinks() {
    DmaFence oldest = fence(1);
    DmaFence inner = fence(2);
    DmaFence newest = fences.array(List.of(inner), false);
    DmaFence chain = fences.chain(Optional.empty(), oldest, 1);
    fences.chain(Optional.of(chain), newest, 2).setDeadline(500);
    assertEquals(at(500), oldest.deadlineNanos());
    assertEquals(at(500), inner.deadlineNanos());
  }

  /** dma_resv_set_deadline(). */
  @Test
  void aReservationHandsItToTheClassThatIsAskedForAndStrongerOnes() {
    DmaResv reservation = fences.reservation();
    DmaFence writer = fence(1);
    DmaFence reader = fence(2);
    reservation.add(writer, FenceUsage.WRITE);
    reservation.add(reader, FenceUsage.READ);
    reservation.setDeadline(FenceUsage.WRITE, 500);
    assertEquals(at(500), writer.deadlineNanos());
    assertEquals(OptionalLong.empty(), reader.deadlineNanos());
  }

  @Test
  void aFenceThatIsLateSaysByHowMuch() {
    DmaFence late = fence(1);
    DmaFence early = fence(2);
    late.setDeadline(500);
    early.setDeadline(500);
    now = 500;
    early.signal();
    now = 750;
    late.signal();
    assertEquals(
        List.of("fence 1:1 is signaled 250 ns after its deadline"),
        events.of(DmaEvent.Decided.class).stream().map(DmaEvent.Decided::text).toList());
  }

  @Test
  void kernelsBefore6_4HaveNoDeadlines() {
    DmaFence old = of(KernelProfile.LINUX_6_1).fence(1, 1);
    old.setDeadline(500);
    assertEquals(OptionalLong.empty(), old.deadlineNanos());
  }

  // ---- dma_fence_timestamp() ----

  @Test
  void theTimeStampIsThatOfTheSignal() {
    DmaFence fence = fence(1);
    assertEquals(OptionalLong.empty(), fence.timestampNanos());
    now = 300;
    fence.signal();
    now = 400;
    assertEquals(at(300), fence.timestampNanos());
  }

  /** dma_fence_signal_timestamp(). */
  @Test
  void aDriverMayKnowBetterWhenTheWorkEnded() {
    DmaFence fence = fence(1);
    now = 300;
    assertEquals(0, fence.signal(250));
    assertEquals(at(250), fence.timestampNanos());
  }

  @Test
  void aContainerThatNobodyWaitsForHasTheTimeOfTheFirstLook() {
    DmaFence fence = fence(1);
    DmaFence unwatched = fences.array(List.of(fence), false);
    DmaFence watched = fences.array(List.of(fence), false);
    watched.addCallback(() -> {});
    now = 300;
    fence.signal();
    now = 400;
    assertEquals(at(400), unwatched.timestampNanos());
    assertEquals(at(300), watched.timestampNanos());
  }

  /** __dma_fence_unwrap_merge() since 6.5; before, all that is signaled is the stub. */
  @Test
  void mergedFencesThatAreAllSignaledKeepTheTimeOfTheLast() {
    DmaFence first = fence(1);
    DmaFence second = fence(2);
    now = 200;
    second.signal();
    now = 300;
    first.signal();
    now = 400;
    assertEquals(at(300), fences.merge(List.of(first, second)).timestampNanos());
    DmaFences old = of(KernelProfile.LINUX_6_1);
    assertEquals(at(400), old.merge(List.of(first, second)).timestampNanos());
  }

  @Test
  void theStubKeepsTheTimeAtWhichItWasFirstAskedFor() {
    assertEquals(at(100), fences.stub().timestampNanos());
    now = 200;
    assertEquals(at(100), fences.stub().timestampNanos());
  }
}
