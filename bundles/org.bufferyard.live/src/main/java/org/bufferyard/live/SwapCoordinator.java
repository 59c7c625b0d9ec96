package org.bufferyard.live;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.bufferyard.platform.live.TimelineEntry.Kind;
import org.bufferyard.platform.registry.KindsObserver;

/**
 * One thread that has all yards follow the registry. Changes that come while it is at work are one;
 * whoever leaves waits, but never longer than the bound. Safe for any thread.
 */
final class SwapCoordinator implements KindsObserver, AutoCloseable {
  /** Plans for one change: a successor may break, and so may its successor. */
  private static final int PLANS = 8;

  private final Supplier<List<StreamingYard>> yards;
  private final long leavingMillis;
  private final Thread thread;

  private final Object lock = new Object();
  private boolean due;
  private boolean working;
  private boolean closed;
  private List<CountDownLatch> leavers = new ArrayList<>();

  SwapCoordinator(Supplier<List<StreamingYard>> yards, long leavingMillis) {
    this.yards = yards;
    this.leavingMillis = leavingMillis;
    this.thread = Thread.ofPlatform().daemon().name("live swaps").unstarted(this::loop);
  }

  void start() {
    thread.start();
  }

  void ring() {
    synchronized (lock) {
      due = true;
      lock.notifyAll();
    }
  }

  @Override
  public void changed(Class<?> type) {
    ring();
  }

  @Override
  public void leaving(Class<?> type, Object kind) {
    if (Thread.currentThread() == thread) {
      // Choosing had somebody leave: the plan that is being made is made again.
      ring();
      return;
    }
    CountDownLatch done = new CountDownLatch(1);
    synchronized (lock) {
      if (closed) {
        return;
      }
      leavers.add(done);
    }
    ring();
    try {
      done.await(leavingMillis, TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void loop() {
    while (true) {
      List<CountDownLatch> waiting;
      synchronized (lock) {
        while (!due && !closed) {
          try {
            lock.wait();
          } catch (InterruptedException e) {
            return;
          }
        }
        if (closed) {
          return;
        }
        due = false;
        working = true;
        waiting = leavers;
        leavers = new ArrayList<>();
      }
      try {
        yards.get().forEach(SwapCoordinator::follow);
      } finally {
        waiting.forEach(CountDownLatch::countDown);
        synchronized (lock) {
          working = false;
          lock.notifyAll();
        }
      }
    }
  }

  /** Whether all changes up to now were followed within that time. */
  boolean awaitIdle(long millis) {
    long deadline = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(millis);
    synchronized (lock) {
      while ((due || working) && !closed) {
        long left = TimeUnit.NANOSECONDS.toMillis(deadline - System.nanoTime());
        if (left <= 0) {
          return false;
        }
        try {
          lock.wait(left);
        } catch (InterruptedException e) {
          Thread.currentThread().interrupt();
          return false;
        }
      }
      return true;
    }
  }

  private static void follow(StreamingYard yard) {
    try {
      for (int i = 0; i < PLANS && yard.exchange(); i++) {
        // A plan that was out of date, or whose successor broke, is made anew.
      }
    } catch (RuntimeException bug) {
      yard.tell(Kind.SWAP, "", StreamingYard.BUG + bug);
    }
  }

  @Override
  public void close() {
    synchronized (lock) {
      closed = true;
      lock.notifyAll();
      leavers.forEach(CountDownLatch::countDown);
    }
    thread.interrupt();
  }
}
