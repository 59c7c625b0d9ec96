package org.bufferyard.dmabuf;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import org.bufferyard.api.contract.RecordedEvents;
import org.bufferyard.api.dmabuf.FenceUsage;
import org.bufferyard.api.dmabuf.FenceWalk;
import org.bufferyard.api.event.DmaEvent;
import org.bufferyard.api.kernel.Errno;
import org.bufferyard.api.kernel.KernelOops;
import org.bufferyard.api.kernel.KernelProfile;
import org.junit.jupiter.api.Test;

/** Entries are written {@code context:seqno:usage}, as the recorded kernels list them. */
class ReservationTest {
  private final RecordedEvents events = new RecordedEvents();
  private final Fence.Surroundings around =
      new Fence.Surroundings(events, () -> 0, false, true);
  private final Reservation reservation = new Reservation("buf:1", events);

  private Fence add(long context, long seqno, FenceUsage usage) {
    Fence fence = new Fence(context, seqno, false, around);
    reservation.add(fence, usage);
    return fence;
  }

  private List<String> list(FenceUsage usage) {
    return reservation.fences(usage).stream()
        .map(e -> e.fence().context() + ":" + e.fence().seqno() + ":" + e.usage().ordinal())
        .toList();
  }

  @Test
  void askingForAClassReturnsAllStrongerOnes() {
    add(0, 1, FenceUsage.WRITE);
    add(1, 1, FenceUsage.KERNEL);
    add(2, 1, FenceUsage.BOOKKEEP);
    add(3, 1, FenceUsage.READ);
    assertEquals(List.of("1:1:0"), list(FenceUsage.KERNEL));
    assertEquals(List.of("0:1:1", "1:1:0"), list(FenceUsage.WRITE));
    assertEquals(List.of("0:1:1", "1:1:0", "3:1:2"), list(FenceUsage.READ));
    assertEquals(4, list(FenceUsage.BOOKKEEP).size());
  }

  /** Recorded: fence-10. */
  @Test
  void aLaterFenceOfATimelineReplacesOnlyAWeakerOrEqualUsage() {
    add(0, 1, FenceUsage.WRITE);
    add(2, 1, FenceUsage.BOOKKEEP);
    add(0, 2, FenceUsage.READ);
    assertEquals(List.of("0:1:1", "2:1:3", "0:2:2"), list(FenceUsage.BOOKKEEP));
    add(0, 3, FenceUsage.WRITE);
    assertEquals(List.of("0:3:1", "2:1:3", "0:2:2"), list(FenceUsage.BOOKKEEP));
    reservation.replace(1, new Fence(0, 54, false, around), FenceUsage.BOOKKEEP);
    assertEquals(List.of("0:3:1", "0:2:2"), list(FenceUsage.READ));
  }

  /** Recorded: fence-12. */
  @Test
  void aWeakerEntryOfTheTimelineMakesRoomForAStrongerFence() {
    add(1, 1, FenceUsage.BOOKKEEP);
    add(0, 1, FenceUsage.WRITE);
    add(1, 2, FenceUsage.WRITE);
    assertEquals(List.of("1:2:1", "0:1:1"), list(FenceUsage.BOOKKEEP));
  }

  /** Recorded: fence-11. */
  @Test
  void replaceFencesChangesEveryEntryOfTheContext() {
    add(0, 1, FenceUsage.KERNEL);
    add(0, 2, FenceUsage.READ);
    reservation.replace(0, new Fence(0, 53, false, around), FenceUsage.READ);
    assertEquals(List.of(), list(FenceUsage.KERNEL));
    assertEquals(List.of("0:53:2", "0:53:2"), list(FenceUsage.READ));
  }

  /** Recorded: fence-21. */
  @Test
  void anotherFenceOfTheSameNumberIsKeptBesideAndTheSameFenceIsNot() {
    Fence first = add(1, 1, FenceUsage.READ);
    add(1, 1, FenceUsage.WRITE);
    assertEquals(List.of("1:1:2", "1:1:1"), list(FenceUsage.READ));
    reservation.add(first, FenceUsage.WRITE);
    assertEquals(List.of("1:1:1", "1:1:1"), list(FenceUsage.READ));
  }

  @Test
  void anEarlierFenceOfTheTimelineIsKeptBeside() {
    add(0, 5, FenceUsage.READ);
    add(0, 4, FenceUsage.READ);
    assertEquals(List.of("0:5:2", "0:4:2"), list(FenceUsage.READ));
  }

  @Test
  void aSignaledEntryGivesItsPlaceAway() {
    add(0, 1, FenceUsage.KERNEL).signal();
    add(1, 1, FenceUsage.BOOKKEEP);
    assertEquals(List.of("1:1:3"), list(FenceUsage.BOOKKEEP));
  }

  @Test
  void signaledEntriesStayListedUntilThen() {
    Fence fence = add(0, 1, FenceUsage.WRITE);
    assertFalse(reservation.isSignaled(FenceUsage.WRITE));
    assertTrue(reservation.isSignaled(FenceUsage.KERNEL));
    fence.signal();
    assertTrue(reservation.isSignaled(FenceUsage.BOOKKEEP));
    assertEquals(List.of("0:1:1"), list(FenceUsage.WRITE));
  }

  /** The first table has room for five: 24 + 4 * 8 bytes come from the 64-byte kmalloc cache. */
  @Test
  void aTableThatGrowsLeavesSignaledFencesBehind() {
    List<Fence> five = new ArrayList<>();
    for (int context = 0; context < 5; context++) {
      five.add(add(context, 1, FenceUsage.READ));
    }
    five.get(1).signal();
    five.get(3).signal();
    add(9, 1, FenceUsage.READ);
    assertEquals(List.of("0:1:2", "2:1:2", "4:1:2", "9:1:2"), list(FenceUsage.READ));
  }

  @Test
  void aFenceIsSignaledOnceAndTellsItsStatus() {
    Fence fence = new Fence(3, 8, false, around);
    List<String> called = new ArrayList<>();
    fence.onSignal(() -> called.add("before"));
    assertEquals(0, fence.status());
    fence.setError(Errno.EIO.rc());
    assertEquals(0, fence.signal());
    assertEquals(Errno.EINVAL.rc(), fence.signal());
    assertEquals(Errno.EIO.rc(), fence.status());
    fence.onSignal(() -> called.add("after"));
    assertEquals(List.of("before", "after"), called);
    assertThrows(IllegalStateException.class, () -> fence.setError(Errno.EIO.rc()));
    assertThrows(
        IllegalArgumentException.class, () -> new Fence(0, 0, false, around).setError(Errno.EIO.number()));
    assertEquals(
        List.of(new DmaEvent.FenceSignaled("timeline:3", 3, 8, Errno.EIO.rc())),
        events.of(DmaEvent.FenceSignaled.class));
  }

  // ---- what the checker reads ----

  private DmaEvent.FenceAdded lastAdded() {
    return events.of(DmaEvent.FenceAdded.class).getLast();
  }

  @Test
  void anAddedFenceTellsOfLockAndSlot() {
    add(1, 1, FenceUsage.WRITE);
    assertFalse(lastAdded().locked());
    assertTrue(lastAdded().reserved());
    assertEquals(0, reservation.lock());
    assertEquals(0, reservation.reserve(1));
    reservation.addReserved(new Fence(2, 1, false, around), FenceUsage.READ);
    assertTrue(lastAdded().locked());
    assertTrue(lastAdded().reserved());
    reservation.addReserved(new Fence(3, 1, false, around), FenceUsage.READ);
    assertFalse(lastAdded().reserved(), "the slot is used");
    reservation.reserve(1);
    reservation.unlock();
    assertEquals(0, reservation.lock());
    reservation.addReserved(new Fence(4, 1, false, around), FenceUsage.READ);
    assertFalse(lastAdded().reserved(), "a slot does not outlive the lock");
  }

  @Test
  void aFullTableIsABugForWhoeverReservedNothing() {
    assertThrows(
        KernelOops.class,
        () -> reservation.addReserved(new Fence(1, 1, false, around), FenceUsage.WRITE));
    assertEquals(1, events.of(DmaEvent.Oopsed.class).size());
    Fence replaced = add(1, 1, FenceUsage.WRITE);
    reservation.addReserved(new Fence(1, 2, false, around), FenceUsage.WRITE);
    assertEquals(1, replaced.references(), "a later one of the timeline needs no slot");
  }

  @Test
  void aWaitTellsWhatItMet() {
    Narrator narrator = new Narrator(events);
    assertEquals(0, reservation.waitInterruptible(FenceUsage.READ, "cam", narrator));
    assertEquals(List.of(), events.of(DmaEvent.FenceWaited.class), "there was nothing to wait for");
    Fence fence = add(7, 3, FenceUsage.WRITE);
    assertEquals(
        Errno.ERESTARTSYS.rc(), reservation.waitInterruptible(FenceUsage.READ, "cam", narrator));
    fence.signal();
    assertEquals(0, reservation.waitInterruptible(FenceUsage.READ, "cam", narrator));
    int read = FenceUsage.READ.ordinal();
    assertEquals(
        List.of(
            new DmaEvent.FenceWaited("cam", "buf:1", read, false, 7, 3),
            new DmaEvent.FenceWaited("cam", "buf:1", read, true, 0, 0)),
        events.of(DmaEvent.FenceWaited.class));
  }

  // ---- references, walks, waits ----

  @Test
  void anEntryHoldsAReferenceUntilItIsReplacedOrLeftBehind() {
    Fence first = add(1, 1, FenceUsage.WRITE);
    assertEquals(2, first.references());
    Fence second = add(1, 2, FenceUsage.WRITE);
    assertEquals(1, first.references());
    reservation.replace(1, first, FenceUsage.READ);
    assertEquals(2, first.references());
    assertEquals(1, second.references());
    first.signal();
    reservation.reserve(100);
    assertEquals(1, first.references());
    Fence third = add(2, 1, FenceUsage.READ);
    reservation.release();
    assertEquals(1, third.references());
  }

  @Test
  void roomForNoFenceIsInvalidAndWarns() {
    assertEquals(Errno.EINVAL.rc(), reservation.reserve(0));
    assertEquals(1, events.of(DmaEvent.KernelMessage.class).size());
    assertEquals(0, reservation.reserve(3));
  }

  @Test
  void aContainerIsAddedWithAWarning() {
    FenceContainers containers = new FenceContainers(KernelProfile.LINUX_7_3, events, () -> 0);
    Fence fence = new Fence(1, 1, false, around);
    reservation.add(containers.array(List.of(fence), false), FenceUsage.READ);
    assertEquals(1, events.of(DmaEvent.KernelMessage.class).size());
    assertEquals(1, reservation.fences(FenceUsage.READ).size());
  }

  /** st-dma-resv.c: test_for_each_unlocked. */
  @Test
  void aWalkStartsOverWhenTheTableWasReplaced() {
    Fence fence = add(1, 1, FenceUsage.WRITE);
    add(2, 1, FenceUsage.READ);
    FenceWalk walk = reservation.walk(FenceUsage.WRITE);
    assertEquals(fence, walk.next().orElseThrow());
    assertTrue(walk.isRestarted());
    assertEquals(FenceUsage.WRITE, walk.usage());
    reservation.reserve(100);
    assertEquals(fence, walk.next().orElseThrow());
    assertTrue(walk.isRestarted());
    assertTrue(walk.next().isEmpty());
    assertFalse(walk.isRestarted());
    fence.signal();
    assertTrue(reservation.walk(FenceUsage.WRITE).next().isEmpty());
  }

  @Test
  void aWaitAnswersWhatIsLeftOfItsTime() {
    Fence fence = add(1, 1, FenceUsage.WRITE);
    assertEquals(0, reservation.waitTimeout(FenceUsage.READ, 7));
    assertEquals(7, reservation.waitTimeout(FenceUsage.KERNEL, 7));
    fence.signal();
    assertEquals(1, reservation.waitTimeout(FenceUsage.READ, 0));
  }
}
