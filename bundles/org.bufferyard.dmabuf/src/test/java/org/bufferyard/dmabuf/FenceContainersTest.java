package org.bufferyard.dmabuf;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.bufferyard.api.contract.RecordedEvents;
import org.bufferyard.api.dmabuf.DmaFence;
import org.bufferyard.api.dmabuf.DmaFences;
import org.bufferyard.api.kernel.Errno;
import org.bufferyard.api.kernel.KernelProfile;
import org.junit.jupiter.api.Test;

/** Arrays, chains, and what unwraps and merges them. */
class FenceContainersTest {
  private final DmaFences fences =
      new FenceContainers(KernelProfile.LINUX_7_3, new RecordedEvents(), () -> 0);
  private int told;

  private DmaFence fence(long context, long seqno) {
    return fences.fence(context, seqno);
  }

  // ---- plain fences ----

  @Test
  void aCallbackOnASignaledFenceIsRefusedAndNeverRuns() {
    DmaFence fence = fence(1, 1);
    fence.signal();
    assertEquals(Errno.ENOENT.rc(), fence.addCallback(() -> told++));
    assertEquals(0, told);
  }

  @Test
  void aCallbackRunsOnceAndARemovedOneNever() {
    DmaFence fence = fence(1, 1);
    Runnable removed = () -> told += 100;
    assertEquals(0, fence.addCallback(() -> told++));
    assertEquals(0, fence.addCallback(removed));
    assertTrue(fence.removeCallback(removed));
    assertEquals(0, fence.signal());
    assertEquals(Errno.EINVAL.rc(), fence.signal());
    assertEquals(1, told);
    assertFalse(fence.removeCallback(removed));
  }

  @Test
  void aWaitAnswersWhatIsLeftAndAtLeastOne() {
    DmaFence fence = fence(1, 1);
    assertEquals(0, fence.waitTimeout(0));
    assertEquals(0, fence.waitTimeout(5));
    fence.signal();
    assertEquals(1, fence.waitTimeout(0));
    assertEquals(5, fence.waitTimeout(5));
  }

  @Test
  void aSignaledFenceHasLeftItsDriverSince6_17() {
    DmaFence fence = fence(1, 1);
    assertNotEquals("detached-driver", fence.driverName());
    fence.signal();
    assertEquals("detached-driver", fence.driverName());
    assertEquals("signaled-timeline", fence.timelineName());
    DmaFence old =
        new FenceContainers(KernelProfile.LINUX_6_12, new RecordedEvents(), () -> 0).fence(1, 1);
    old.signal();
    assertEquals("timeline:1", old.timelineName());
  }

  @Test
  void plainNumbersAreComparedIn32Bit() {
    Fence late = (Fence) fence(1, 2);
    assertTrue(late.isLaterThan(fence(1, 0xffff_fff0L)));
    assertFalse(late.isLaterThan(fence(1, 3)));
  }

  // ---- arrays ----

  @Test
  void anArrayIsSignaledWithItsLastFence() {
    DmaFence one = fence(1, 1);
    DmaFence two = fence(2, 1);
    DmaFence array = fences.array(List.of(one, two), false);
    array.onSignal(() -> told++);
    two.signal();
    assertFalse(array.isSignaled());
    assertEquals(0, told);
    one.signal();
    assertTrue(array.isSignaled());
    assertEquals(1, told);
  }

  @Test
  void anArrayOfAnyIsSignaledWithItsFirst() {
    DmaFence one = fence(1, 1);
    DmaFence array = fences.array(List.of(one, fence(2, 1)), true);
    assertFalse(array.isSignaled());
    one.signal();
    assertTrue(array.isSignaled());
  }

  @Test
  void anEmptyArrayIsNone() {
    assertThrows(IllegalArgumentException.class, () -> fences.array(List.of(), false));
  }

  /** Recorded as fence-24: an array that is waited for lives on although its file is closed. */
  @Test
  void anArrayHoldsItsFencesUntilItIsGone() {
    DmaFence one = fence(1, 1);
    DmaFence two = fence(2, 1);
    one.get();
    two.get();
    DmaFence array = fences.array(List.of(one, two), false);
    array.onSignal(() -> {});
    array.put();
    assertEquals(2, one.references());
    one.signal();
    assertEquals(2, one.references());
    two.signal();
    assertEquals(1, one.references());
    assertEquals(1, two.references());
  }

  // ---- chains: st-dma-fence-chain.c ----

  private final List<DmaFence> waitedFor = new ArrayList<>();
  private final List<DmaFence> links = new ArrayList<>();

  private DmaFence chainOf(int length) {
    Optional<DmaFence> previous = Optional.empty();
    for (int i = 0; i < length; i++) {
      DmaFence fence = fence(100 + i, 1);
      waitedFor.add(fence);
      previous = Optional.of(fences.chain(previous, fence, i + 1));
      links.add(previous.get());
      previous.get().get();
    }
    return links.getLast();
  }

  @Test
  void aNumberIsFoundInItsLink() {
    DmaFence tail = chainOf(8);
    assertEquals(0, fences.findSeqno(tail, 0).rc());
    assertSame(tail, fences.findSeqno(tail, 0).fence().orElseThrow());
    for (int i = 0; i < 8; i++) {
      assertSame(links.get(i), fences.findSeqno(tail, i + 1).fence().orElseThrow());
    }
    assertEquals(Errno.EINVAL.rc(), fences.findSeqno(tail, 9).rc());
    assertEquals(Errno.EINVAL.rc(), fences.findSeqno(fence(1, 5), 3).rc());
  }

  @Test
  void aNumberWhoseLinksAreSignaledFindsNothing() {
    DmaFence tail = chainOf(4);
    waitedFor.get(0).signal();
    waitedFor.get(1).signal();
    DmaFences.FindResult found = fences.findSeqno(tail, 1);
    assertEquals(0, found.rc());
    assertTrue(found.fence().isEmpty() || found.fence().get() == links.get(2));
  }

  @Test
  void aLinkOfAnEarlierNumberStartsATimelineOfItsOwn() {
    DmaFence first = fences.chain(Optional.empty(), fence(1, 1), 5);
    DmaFence second = fences.chain(Optional.of(first), fence(1, 2), 3);
    assertEquals(5, second.seqno());
    assertNotEquals(first.context(), second.context());
    DmaFence third = fences.chain(Optional.of(second), fence(1, 3), 6);
    assertEquals(second.context(), third.context());
  }

  @Test
  void signaledForwardEachLinkFollowsAtOnce() {
    chainOf(8);
    for (int i = 0; i < 8; i++) {
      waitedFor.get(i).signal();
      assertTrue(links.get(i).isSignaled());
      assertFalse(i + 1 < 8 && links.get(i + 1).isSignaled());
    }
  }

  @Test
  void signaledBackwardNoLinkFollowsBeforeTheLast() {
    chainOf(8);
    for (int i = 7; i > 0; i--) {
      waitedFor.get(i).signal();
      assertFalse(links.get(i).isSignaled());
    }
    waitedFor.get(0).signal();
    links.forEach(link -> assertTrue(link.isSignaled()));
  }

  @Test
  void aChainThatIsWaitedForTellsWhenItsLastFenceIsSignaled() {
    DmaFence tail = chainOf(8);
    tail.onSignal(() -> told++);
    for (int i : List.of(3, 7, 0, 1, 2, 6, 5)) {
      waitedFor.get(i).signal();
      assertEquals(0, told);
    }
    waitedFor.get(4).signal();
    assertEquals(1, told);
  }

  @Test
  void aLongChainIsGivenBackWithoutRecursion() {
    Optional<DmaFence> previous = Optional.empty();
    DmaFence first = fence(1, 1);
    first.get();
    for (int i = 0; i < 100_000; i++) {
      previous =
          Optional.of(fences.chain(previous, i == 0 ? first : fence(2, i + 1), i + 1));
    }
    previous.get().put();
    assertEquals(1, first.references());
  }

  // ---- unwrap and merge: st-dma-fence-unwrap.c ----

  @Test
  void containersAreUnwrappedThroughAndThrough() {
    DmaFence one = fence(1, 1);
    DmaFence two = fence(2, 1);
    DmaFence three = fence(3, 1);
    DmaFence array = fences.array(List.of(one, two), false);
    assertEquals(List.of(one, two), fences.unwrap(array));
    DmaFence chain =
        fences.chain(Optional.of(fences.chain(Optional.empty(), three, 1)), array, 2);
    assertEquals(List.of(one, two, three), fences.unwrap(chain));
    assertEquals(List.of(one), fences.unwrap(one));
  }

  @Test
  void aMergeKeepsTheLatestOfEachTimelineThatIsOpen() {
    DmaFence early = fence(1, 1);
    DmaFence late = fence(1, 2);
    DmaFence other = fence(2, 7);
    DmaFence gone = fence(3, 1);
    gone.signal();
    DmaFence merged = fences.merge(List.of(fences.array(List.of(late, gone), false), early, other));
    assertEquals(List.of(late, other), fences.unwrap(merged));
    assertSame(late, fences.merge(List.of(late, late)));
    assertTrue(fences.merge(List.of(gone)).isSignaled());
  }
}
