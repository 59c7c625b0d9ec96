package org.bufferyard.dmabuf;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import org.bufferyard.api.contract.PlainDevice;
import org.bufferyard.api.dma.AllocationSource;
import org.bufferyard.api.dma.DmaDirection;
import org.bufferyard.api.dmabuf.AcquireContext;
import org.bufferyard.api.dmabuf.DmaBuf;
import org.bufferyard.api.dmabuf.DmaBufs;
import org.bufferyard.api.dmabuf.DmaResv;
import org.bufferyard.api.dmabuf.DmaResv.Sleep;
import org.bufferyard.api.event.DmaEvent;
import org.bufferyard.api.kernel.Errno;
import org.bufferyard.api.kernel.KernelProfile;
import org.junit.jupiter.api.Test;

/** Several reservations under one context (F10): ww_mutex_lock() of a wait/die class. */
class WoundWaitTest {
  private static final int EDEADLK = Errno.EDEADLK.rc();
  private static final int EALREADY = Errno.EALREADY.rc();

  private final PlainYard yard = new PlainYard(KernelProfile.LINUX_7_3);
  private final DmaBufs core = new DmaBufCore().open(yard);
  private final DmaResv a = core.fences().reservation();
  private final DmaResv b = core.fences().reservation();
  private final DmaResv c = core.fences().reservation();
  private final AcquireContext old = context("old");
  private final AcquireContext young = context("young");

  /** What waiters were told, in order. */
  private final List<String> told = new ArrayList<>();

  private AcquireContext context(String driver) {
    return core.newAcquireContext(new PlainDevice(driver));
  }

  /** Locks what is to be had at once. */
  private static int lock(DmaResv resv, AcquireContext context) {
    int[] rc = {Integer.MIN_VALUE};
    resv.lock(context, Sleep.UNINTERRUPTIBLE, answer -> rc[0] = answer);
    return rc[0];
  }

  private void waitFor(DmaResv resv, AcquireContext context, String name) {
    resv.lock(
        context, Sleep.INTERRUPTIBLE, rc -> told.add(name + (rc == 0 ? "" : " " + Errno.text(rc))));
  }

  private List<String> misuses() {
    return yard.hazardTexts();
  }

  // ---- wait and die ----

  @Test
  void theYoungerOneIsTurnedAwayAndTheOlderOneWaits() {
    assertEquals(0, lock(a, old));
    assertEquals(0, lock(b, young));
    waitFor(b, old, "old has b");
    assertEquals(List.of(), told);
    assertEquals(EDEADLK, lock(a, young));
    b.unlock();
    assertEquals(List.of("old has b"), told);
    a.unlock();
    b.unlock();
    assertEquals(List.of(), misuses());
  }

  @Test
  void whoHoldsNothingWaitsHoweverYoung() {
    assertEquals(0, lock(a, old));
    waitFor(a, young, "young");
    assertEquals(List.of(), told);
    a.unlock();
    assertEquals(List.of("young"), told);
    assertEquals(1, young.acquired());
  }

  @Test
  void aContextThatHasTheLockIsToldSo() {
    assertEquals(0, lock(a, young));
    assertEquals(EALREADY, lock(a, young));
    assertEquals(1, young.acquired());
  }

  /** __ww_mutex_add_waiter(): by age, whoever came first. */
  @Test
  void waitersStandByAge() {
    AcquireContext youngest = context("youngest");
    a.lock();
    waitFor(a, youngest, "youngest");
    waitFor(a, old, "old");
    waitFor(a, young, "young");
    a.unlock();
    a.unlock();
    a.unlock();
    assertEquals(List.of("old", "young", "youngest"), told);
  }

  /** __ww_mutex_die(): one that holds others dies behind an older one, even while it waits. */
  @Test
  void anOlderWaiterKillsAYoungerOneThatHoldsOthers() {
    c.lock();
    assertEquals(0, lock(b, young));
    waitFor(c, young, "young");
    assertEquals(List.of(), told, "a holder without a context is nobody to be younger than");
    waitFor(c, old, "old");
    assertEquals(List.of("young -EDEADLK"), told);
    c.unlock();
    assertEquals(List.of("young -EDEADLK", "old"), told);
  }

  @Test
  void thereIsNoPointInQueueingBehindAnOlderWaiter() {
    c.lock();
    waitFor(c, old, "old");
    assertEquals(0, lock(b, young));
    assertEquals(EDEADLK, lock(c, young));
  }

  // ---- the slow path, signals ----

  @Test
  void afterTheSlowPathAllGoesOnAndTheLockIsThereAlready() {
    assertEquals(0, lock(a, old));
    assertEquals(0, lock(b, young));
    assertEquals(EDEADLK, lock(a, young));
    b.unlock();
    a.lockSlow(young, Sleep.UNINTERRUPTIBLE, rc -> told.add("young " + rc));
    assertEquals(List.of(), told);
    a.unlock();
    assertEquals(List.of("young 0"), told);
    assertEquals(0, lock(b, young));
    assertEquals(EALREADY, lock(a, young));
    young.done();
    a.unlock();
    b.unlock();
    young.fini();
    assertEquals(List.of(), misuses());
  }

  @Test
  void aSignalEndsAWaitThatMayBeInterrupted() {
    assertEquals(0, lock(a, old));
    waitFor(a, young, "young");
    young.interrupt();
    assertEquals(List.of("young -EINTR"), told);
    a.unlock();
    assertFalse(a.isLocked());
    assertEquals(List.of("young -EINTR"), told);
  }

  @Test
  void aSignalEndsNoOtherWait() {
    assertEquals(0, lock(a, old));
    assertEquals(0, lock(b, young));
    assertEquals(EDEADLK, lock(a, young));
    b.unlock();
    a.lockSlow(young, Sleep.UNINTERRUPTIBLE, rc -> told.add("young " + rc));
    young.interrupt();
    assertEquals(List.of(), told);
    a.unlock();
    assertEquals(List.of("young 0"), told);
  }

  @Test
  void trylockTakesWhatIsFree() {
    assertTrue(a.trylock());
    assertFalse(a.trylock());
    assertEquals(EDEADLK, a.lock());
    a.unlock();
    assertTrue(a.trylock());
  }

  // ---- what CONFIG_DEBUG_WW_MUTEXES finds ----

  /** Turned away from a, with b locked. */
  private void die() {
    assertEquals(0, lock(a, old));
    assertEquals(0, lock(b, young));
    assertEquals(EDEADLK, lock(a, young));
  }

  private void misuse(String text) {
    assertEquals(1, misuses().size(), misuses()::toString);
    assertTrue(misuses().getFirst().contains(text), misuses().getFirst());
    assertEquals(1, yard.events().of(DmaEvent.KernelMessage.class).size());
  }

  @Test
  void anotherLockAfterEdeadlkIsAMisuse() {
    die();
    b.unlock();
    assertEquals(0, lock(c, young));
    misuse("after -EDEADLK, not resv");
  }

  @Test
  void lockingOnWithoutUnlockingIsAMisuse() {
    die();
    a.unlock();
    a.lockSlow(young, Sleep.UNINTERRUPTIBLE, rc -> told.add("young " + rc));
    assertEquals(List.of("young 0"), told);
    misuse("without unlocking all it held");
  }

  @Test
  void theSlowPathIsForThoseThatWereTurnedAway() {
    a.lockSlow(young, Sleep.UNINTERRUPTIBLE, rc -> told.add("young " + rc));
    assertEquals(List.of("young 0"), told);
    misuse("without -EDEADLK before");
  }

  @Test
  void beingTurnedAwayTwiceIsAMisuse() {
    die();
    assertEquals(EDEADLK, lock(a, young));
    misuse("goes on locking after -EDEADLK");
  }

  @Test
  void afterDoneNothingIsLocked() {
    assertEquals(0, lock(a, young));
    young.done();
    assertEquals(0, lock(b, young));
    misuse("after ww_acquire_done()");
  }

  @Test
  void doneIsSaidOnce() {
    young.done();
    young.done();
    misuse("ww_acquire_done() twice");
  }

  @Test
  void finiIsSaidOnceAndWithNothingLocked() {
    assertEquals(0, lock(a, young));
    young.fini();
    misuse("with 1 reservation(s) locked");
    a.unlock();
    old.fini();
    old.fini();
    assertEquals(2, misuses().size());
    assertTrue(misuses().getLast().contains("ww_acquire_fini() twice"));
    assertEquals(0, lock(a, old));
    assertTrue(misuses().getLast().contains("after ww_acquire_fini()"));
  }

  // ---- buffers ----

  @Test
  void aContextsLockIsOneThatLockedCallsTake() {
    ScriptedOps ops = new ScriptedOps();
    DmaBuf buffer =
        core.export(yard.memory(yard.allocation(8192, AllocationSource.BUDDY)), ops)
            .buffer()
            .orElseThrow();
    var attachment =
        core.attach(buffer, new PlainDevice("importer"), false).attachment().orElseThrow();
    assertEquals(0, lock(buffer.reservation(), young));
    assertEquals(0, core.mapLocked(attachment, DmaDirection.TO_DEVICE).rc());
    assertEquals(List.of(), misuses());
    assertEquals(EDEADLK, core.map(attachment, DmaDirection.TO_DEVICE).rc());
    assertTrue(misuses().getFirst().endsWith("held by context 2 of young"), misuses()::toString);
    buffer.reservation().unlock();
    assertThrows(IllegalStateException.class, buffer.reservation()::unlock);
  }

  @Test
  void contextsAreNumberedAsTheyBegin() {
    assertEquals(List.of(1L, 2L), List.of(old.stamp(), young.stamp()));
  }
}
