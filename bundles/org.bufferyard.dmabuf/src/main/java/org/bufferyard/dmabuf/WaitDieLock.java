package org.bufferyard.dmabuf;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.IntConsumer;
import org.bufferyard.api.dmabuf.DmaResv.Sleep;
import org.bufferyard.api.kernel.Errno;

/**
 * {@code struct ww_mutex} of a class that DEFINE_WD_CLASS made ({@code kernel/locking/ww_mutex.h},
 * {@code mutex.c}): who is older waits, who is younger and holds something dies.
 *
 * <p>Nobody sleeps on the engine thread: a waiter leaves a call that tells it how the wait ended.
 * Waiters stand by age; unlock hands over to the first. Cost: linear in the waiters. Engine thread only.
 *
 * <p>Not modelled: waiters without a context, spinning, priorities (PREEMPT_RT), the deadlocks that CONFIG_DEBUG_WW_MUTEX_SLOWPATH
 * makes up.
 */
final class WaitDieLock {
  private record Waiter(Acquisition context, Sleep sleep, IntConsumer answered) {}

  private final String element;
  private final List<Waiter> waiters = new ArrayList<>();
  private boolean locked;
  private boolean abandoned;

  /** Whose it is; empty too when it was locked without a context. */
  private Optional<Acquisition> holder = Optional.empty();

  WaitDieLock(String element) {
    this.element = element;
  }

  String element() {
    return element;
  }

  boolean isLocked() {
    return locked;
  }

  boolean isAbandoned() {
    return abandoned;
  }

  Optional<Acquisition> holder() {
    return holder;
  }

  /** Its holder died in an oops: it is held for ever. */
  void abandon() {
    locked = true;
    abandoned = true;
  }

  /** ww_mutex_trylock() without a context. */
  boolean tryLock() {
    boolean free = !locked;
    locked = true;
    return free;
  }

  /**
   * __ww_mutex_lock().
   *
   * @param answered told once: 0, -EALREADY, -EDEADLK, -EINTR; at once, or when the wait ends
   */
  void lock(Acquisition context, Sleep sleep, IntConsumer answered) {
    if (holder.filter(h -> h == context).isPresent()) {
      answered.accept(Errno.EALREADY.rc());
    } else if (tryLock()) {
      holder = Optional.of(context);
      context.took(this);
      answered.accept(0);
    } else {
      enqueue(new Waiter(context, sleep, answered));
    }
  }

  /** __ww_mutex_add_waiter(), then the first turn of the wait, __ww_mutex_check_kill(). */
  private void enqueue(Waiter waiter) {
    Acquisition context = waiter.context();
    int place = waiters.size();
    Optional<Acquisition> before = holder.filter(context::isYoungerThan);
    List<Waiter> dying = new ArrayList<>();
    for (int i = waiters.size() - 1; i >= 0; i--) {
      Waiter other = waiters.get(i);
      if (context.isYoungerThan(other.context())) {
        before = before.or(() -> Optional.of(other.context()));
        break;
      }
      place = i;
      if (other.context().acquired() > 0) {
        dying.add(other);
      }
    }
    if (before.isPresent() && context.dies(this, before.get())) {
      waiter.answered().accept(Errno.EDEADLK.rc());
      return;
    }
    waiters.add(place, waiter);
    context.setWaitsFor(Optional.of(this));
    // __ww_mutex_die(): they were the first until now.
    dying.forEach(other -> die(other, context));
  }

  private void die(Waiter waiter, Acquisition before) {
    if (waiter.context().dies(this, before)) {
      end(waiter, Errno.EDEADLK.rc());
    }
  }

  private void end(Waiter waiter, int rc) {
    waiters.remove(waiter);
    waiter.context().setWaitsFor(Optional.empty());
    waiter.answered().accept(rc);
  }

  /** A signal, which wakes those that may be interrupted. */
  void interrupt(Acquisition context) {
    waiters.stream()
        .filter(w -> w.context() == context && w.sleep() == Sleep.INTERRUPTIBLE)
        .findFirst()
        .ifPresent(waiter -> end(waiter, Errno.EINTR.rc()));
  }

  /** ww_mutex_unlock(): the first who waits has it next. */
  void unlock() {
    holder.ifPresent(Acquisition::gave);
    holder = Optional.empty();
    locked = false;
    if (!waiters.isEmpty()) {
      Waiter next = waiters.removeFirst();
      next.context().setWaitsFor(Optional.empty());
      lock(next.context(), next.sleep(), next.answered());
    }
  }
}
