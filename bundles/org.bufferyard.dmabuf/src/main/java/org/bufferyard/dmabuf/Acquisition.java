package org.bufferyard.dmabuf;

import java.util.Optional;
import org.bufferyard.api.dmabuf.AcquireContext;

/** {@code struct ww_acquire_ctx} with the checks of CONFIG_DEBUG_WW_MUTEXES. Engine thread only. */
final class Acquisition implements AcquireContext {
  private final long stamp;

  /** Id of the device whose driver it is. */
  private final String task;

  private final Narrator narrator;
  private int acquired;
  private boolean done;
  private boolean finished;

  /** ctx->contending_lock: what it was turned away from and has not locked since. */
  private Optional<WaitDieLock> contended = Optional.empty();

  private Optional<WaitDieLock> waitsFor = Optional.empty();

  Acquisition(long stamp, String task, Narrator narrator) {
    this.stamp = stamp;
    this.task = task;
    this.narrator = narrator;
  }

  @Override
  public long stamp() {
    return stamp;
  }

  String task() {
    return task;
  }

  @Override
  public int acquired() {
    return acquired;
  }

  /** __ww_ctx_less(). */
  boolean isYoungerThan(Acquisition other) {
    return stamp - other.stamp > 0;
  }

  @Override
  public void interrupt() {
    waitsFor.ifPresent(lock -> lock.interrupt(this));
  }

  void setWaitsFor(Optional<WaitDieLock> lock) {
    waitsFor = lock;
  }

  // ---- what locks tell it ----

  /**
   * __ww_mutex_kill(): it is to let go of what it has; whether it has anything.
   *
   * @param before who comes first
   */
  boolean dies(WaitDieLock lock, Acquisition before) {
    if (acquired == 0) {
      return false;
    }
    if (contended.isPresent()) {
      misuse("goes on locking after -EDEADLK, and is turned away from " + lock.element() + " too");
    }
    contended = Optional.of(lock);
    narrator.decided(
        CoreRules.WOUND_WAIT,
        task,
        "context "
            + stamp
            + " wants "
            + lock.element()
            + ", and context "
            + before.stamp
            + " of "
            + before.task
            + ", which is older, has or awaits it: -EDEADLK, to unlock what it holds and start again",
        "stamp",
        Long.toString(stamp),
        "older",
        Long.toString(before.stamp),
        "acquired",
        Integer.toString(acquired));
    return true;
  }

  /** ww_mutex_lock_acquired(). */
  void took(WaitDieLock lock) {
    if (finished) {
      misuse("locks " + lock.element() + " after ww_acquire_fini()");
    } else if (done) {
      misuse("locks " + lock.element() + " after ww_acquire_done()");
    }
    if (contended.isPresent()) {
      if (contended.get() != lock) {
        misuse(
            "locks "
                + lock.element()
                + " after -EDEADLK, not "
                + contended.get().element()
                + ", which it was turned away from");
      }
      if (acquired > 0) {
        misuse("locks " + lock.element() + " after -EDEADLK without unlocking all it held");
      }
      contended = Optional.empty();
    }
    acquired++;
  }

  /** __ww_mutex_unlock(). */
  void gave() {
    acquired = Math.max(0, acquired - 1);
  }

  /** ww_mutex_lock_slow() is for the lock that it was turned away from. */
  void needsContention(WaitDieLock lock) {
    if (contended.isEmpty()) {
      misuse("takes the slow path to " + lock.element() + " without -EDEADLK before");
    }
  }

  // ---- what its driver tells it ----

  @Override
  public void done() {
    if (done) {
      misuse("says ww_acquire_done() twice");
    }
    done = true;
  }

  @Override
  public void fini() {
    if (finished) {
      misuse("says ww_acquire_fini() twice");
    } else if (acquired > 0) {
      misuse("says ww_acquire_fini() with " + acquired + " reservation(s) locked");
    }
    finished = true;
    done = true;
  }

  private void misuse(String what) {
    narrator.warning(CoreRules.WOUND_WAIT, task, "DEBUG_LOCKS_WARN_ON of context " + stamp);
    narrator.hazard(CoreRules.WOUND_WAIT, task, "context " + stamp + " of " + task + " " + what);
  }

  @Override
  public String toString() {
    return "context " + stamp + " of " + task;
  }
}
