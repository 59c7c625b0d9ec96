package org.bufferyard.live;

import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/** Rings at times of the monotonic clock; one thread for all pipelines. Safe for any thread. */
final class Pacer implements AutoCloseable {
  private final ScheduledThreadPoolExecutor timer;

  Pacer() {
    timer =
        new ScheduledThreadPoolExecutor(
            1, task -> Thread.ofPlatform().daemon().name("live pacer").unstarted(task));
    timer.setRemoveOnCancelPolicy(true);
    timer.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
  }

  /** Starts the thread. */
  void start() {
    timer.prestartCoreThread();
  }

  /**
   * @param due {@link System#nanoTime} at which the task, which must be short, is run; never when the
   *     pacer is closed before
   */
  void at(long due, Runnable task) {
    try {
      timer.schedule(task, Math.max(0, due - System.nanoTime()), TimeUnit.NANOSECONDS);
    } catch (RejectedExecutionException closed) {
      // Everybody who is paced is being closed too.
    }
  }

  @Override
  public void close() {
    timer.shutdownNow();
  }
}
