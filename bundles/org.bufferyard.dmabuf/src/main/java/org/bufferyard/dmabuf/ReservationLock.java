package org.bufferyard.dmabuf;

import java.util.function.Supplier;
import org.bufferyard.api.kernel.KernelOops;

/**
 * Takes a buffer's reservation lock as the core's {@code _unlocked} entries do (F10).
 *
 * <p>One thread, so the lock is never contended; but a thread that dies in an oops takes it to the
 * grave (vectors, observation 14), and whoever comes next would wait for ever.
 */
final class ReservationLock {
  private final Narrator narrator;

  ReservationLock(Narrator narrator) {
    this.narrator = narrator;
  }

  /** Whether the lock can still be had; says so when not. */
  boolean isLost(SharedBuffer buffer, String caller) {
    if (!buffer.reservation().isLocked()) {
      return false;
    }
    narrator.hazard(
        CoreRules.LOCK,
        buffer.id(),
        caller
            + " never returns: the reservation lock is held by "
            + buffer.reservation().holder());
    return true;
  }

  /** dma_resv_assert_held(): says so when the caller does not hold the lock, and goes on. */
  void assertHeld(SharedBuffer buffer, String caller) {
    if (!buffer.reservation().isLocked()) {
      narrator.warning(CoreRules.LOCK, buffer.id(), caller + " without the reservation lock");
      narrator.hazard(
          CoreRules.LOCK, buffer.id(), caller + " is called without the reservation lock");
    }
  }

  /** might_lock(): what takes the lock at times must never be called with it. */
  void assertNotHeld(SharedBuffer buffer, String caller) {
    if (buffer.reservation().isLocked() && !buffer.reservation().isAbandoned()) {
      narrator.hazard(
          CoreRules.LOCK, buffer.id(), caller + " is called with the reservation lock held");
    }
  }

  /** Runs {@code body} under the caller's lock; an oops in it leaves the lock to nobody. */
  <T> T under(SharedBuffer buffer, String caller, Supplier<T> body) {
    assertHeld(buffer, caller);
    try {
      return body.get();
    } catch (KernelOops oops) {
      buffer.reservation().abandon();
      throw oops;
    }
  }

  /** Runs {@code body} with the lock held; an oops in it leaves the lock held. */
  <T> T holding(SharedBuffer buffer, Supplier<T> body) {
    Reservation reservation = buffer.reservation();
    reservation.setLocked(true);
    boolean died = false;
    try {
      return body.get();
    } catch (KernelOops oops) {
      died = true;
      reservation.abandon();
      throw oops;
    } finally {
      if (!died) {
        reservation.setLocked(false);
      }
    }
  }
}
