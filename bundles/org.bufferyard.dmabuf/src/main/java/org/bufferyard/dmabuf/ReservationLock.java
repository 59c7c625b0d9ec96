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
            + " never returns: the reservation lock is held by a thread that died in the kernel");
    return true;
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
      throw oops;
    } finally {
      reservation.setLocked(died);
    }
  }
}
