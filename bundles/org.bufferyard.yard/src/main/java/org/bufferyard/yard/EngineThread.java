package org.bufferyard.yard;

import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.function.Consumer;

/**
 * The one thread of a yard and its queue. Tasks run one after another, in the order they came.
 *
 * <p>A platform thread, not a virtual one: a plug-in that hangs must cost a thread that can be
 * listed and interrupted, not a carrier of everybody else's.
 */
final class EngineThread {
  private final String name;
  private final BlockingQueue<Runnable> queue = new LinkedBlockingQueue<>();
  private final Object gate = new Object();

  /** Whether tasks are still taken; guarded by {@link #gate}, so that nothing is queued behind the end. */
  private boolean accepting;

  /** Set when the last task ran; later ones in the queue are turned away. */
  private volatile boolean ended;

  private volatile Thread thread;

  EngineThread(String name) {
    this.name = name;
  }

  void start() {
    synchronized (gate) {
      if (thread != null) {
        throw new IllegalStateException(name + " was started before");
      }
      accepting = true;
      thread = Thread.ofPlatform().daemon().name(name).start(this::loop);
    }
  }

  boolean isCurrent() {
    return Thread.currentThread() == thread;
  }

  /** For methods that only the engine thread may enter. */
  void check() {
    if (!isCurrent()) {
      throw new IllegalStateException(
          "yard state touched by thread '" + Thread.currentThread().getName() + "', not by " + name);
    }
  }

  /**
   * Runs a task and waits; on the engine thread itself at once. Unchecked throwables come out as
   * they are, checked ones as the cause of a {@link CompletionException}.
   */
  <T> T call(Callable<T> task) {
    if (isCurrent()) {
      return runHere(task);
    }
    FutureTask<T> future = new FutureTask<>(() -> turnAwayAfterEnd(task));
    enqueue(future);
    return await(future);
  }

  /** Queues a task; what it throws goes to {@code onFailure}, on the engine thread. */
  void post(Callable<?> task, Consumer<Throwable> onFailure) {
    enqueue(
        () -> {
          if (ended) {
            return;
          }
          try {
            task.call();
          } catch (Throwable thrown) {
            onFailure.accept(thrown);
          }
        });
  }

  /**
   * Runs {@code last}, then ends the thread and waits for its end. Only the first call runs its
   * task; another waits like it.
   */
  void stop(Runnable last) {
    FutureTask<Void> future = new FutureTask<>(() -> runLast(last), null);
    boolean first;
    synchronized (gate) {
      first = accepting;
      accepting = false;
      if (first && !isCurrent()) {
        queue.add(future);
      }
    }
    if (isCurrent()) {
      if (first) {
        queue.add(() -> {}); // wakes the loop, which then sees the end
        runLast(last);
      }
      return;
    }
    try {
      if (first) {
        await(future);
      }
    } finally {
      join();
    }
  }

  private void loop() {
    while (!ended) {
      try {
        queue.take().run();
      } catch (InterruptedException leftOver) {
        // An interrupt meant for a task that has ended: nobody else may end this loop.
        continue;
      }
    }
    for (Runnable late = queue.poll(); late != null; late = queue.poll()) {
      late.run();
    }
  }

  private void runLast(Runnable last) {
    try {
      last.run();
    } finally {
      ended = true;
    }
  }

  private <T> T turnAwayAfterEnd(Callable<T> task) throws Exception {
    if (ended) {
      throw closed();
    }
    return task.call();
  }

  private void enqueue(Runnable task) {
    synchronized (gate) {
      if (!accepting) {
        throw closed();
      }
      queue.add(task);
    }
  }

  private IllegalStateException closed() {
    return new IllegalStateException(name + " is closed");
  }

  private <T> T runHere(Callable<T> task) {
    try {
      return turnAwayAfterEnd(task);
    } catch (RuntimeException unchecked) {
      throw unchecked;
    } catch (Exception checked) {
      throw new CompletionException(checked);
    }
  }

  private static <T> T await(FutureTask<T> future) {
    boolean interrupted = false;
    try {
      while (true) {
        try {
          return future.get();
        } catch (InterruptedException e) {
          // The task may be half done; its caller has to know the outcome.
          interrupted = true;
        } catch (ExecutionException e) {
          throw asItIs(e.getCause());
        }
      }
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  private static RuntimeException asItIs(Throwable thrown) {
    switch (thrown) {
      case RuntimeException unchecked -> throw unchecked;
      case Error error -> throw error;
      default -> throw new CompletionException(thrown);
    }
  }

  private void join() {
    Thread ending = thread;
    boolean interrupted = false;
    while (ending != null && ending.isAlive()) {
      try {
        ending.join();
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
