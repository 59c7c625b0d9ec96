package org.bufferyard.yard.guard;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.function.Consumer;

/**
 * The one thread of a yard and its queue. Tasks run one after another, in the order they came.
 *
 * <p>A platform thread, not a virtual one: a plug-in that hangs must cost a thread that can be
 * listed and interrupted, not a carrier of everybody else's. One that takes no notice of that is
 * replaced: the queue goes on with a fresh thread, and the old one ends as soon as it comes back.
 */
public final class EngineThread {
  private final String name;
  private final Runnable onStart;
  private final BlockingQueue<Job> queue = new LinkedBlockingQueue<>();
  private final Object gate = new Object();
  private final CountDownLatch over = new CountDownLatch(1);

  /** Whether tasks are still taken; guarded by {@link #gate}, so that nothing is queued behind the end. */
  private boolean accepting;

  /** Set when the last task ran; later ones in the queue are turned away. */
  private volatile boolean ended;

  /** Changed under {@link #gate}. */
  private volatile Thread thread;

  /** What the thread is at; written by it alone, but for the moment in which it is replaced. */
  private volatile Job running;

  /** One task; its outcome is settled once, by whoever is first. */
  private interface Job {
    void run();

    /** The thread that ran it was given up. */
    void fail(Throwable why);
  }

  /**
   * @param onStart first of all on every thread that serves the queue
   */
  public EngineThread(String name, Runnable onStart) {
    this.name = name;
    this.onStart = onStart;
  }

  public void start() {
    synchronized (gate) {
      if (thread != null) {
        throw new IllegalStateException(name + " was started before");
      }
      accepting = true;
      thread = fresh(() -> {});
      thread.start();
    }
  }

  private Thread fresh(Runnable first) {
    return Thread.ofPlatform().daemon().name(name).unstarted(() -> loop(first));
  }

  public boolean isCurrent() {
    return Thread.currentThread() == thread;
  }

  /** For methods that only the engine thread may enter. */
  public void check() {
    if (!isCurrent()) {
      throw new IllegalStateException(
          "yard state touched by thread '" + Thread.currentThread().getName() + "', not by " + name);
    }
  }

  /**
   * Gives the thread up and goes on with a fresh one. What it was at ends with {@code why} for whoever
   * waits for it.
   *
   * @param givenUp is handed the old thread, before the fresh one starts
   * @param first runs on the fresh thread before the queue; throws nothing
   */
  public void replace(Throwable why, Consumer<Thread> givenUp, Runnable first) {
    Job interrupted;
    synchronized (gate) {
      givenUp.accept(thread);
      interrupted = running;
      running = null;
      thread = fresh(first);
      thread.start();
    }
    if (interrupted != null) {
      interrupted.fail(why);
    }
  }

  /**
   * Runs a task and waits; on the engine thread itself at once. Unchecked throwables come out as
   * they are, checked ones as the cause of a {@link CompletionException}.
   */
  public <T> T call(Callable<T> task) {
    if (isCurrent()) {
      return runHere(task);
    }
    Awaited<T> job = new Awaited<>(() -> turnAwayAfterEnd(task));
    enqueue(job);
    return await(job.outcome);
  }

  /** Queues a task; what it throws goes to {@code onFailure}, on the engine thread. */
  public void post(Callable<?> task, Consumer<Throwable> onFailure) {
    enqueue(new Posted(task, onFailure));
  }

  /** Runs a task before everything else in the queue. On the engine thread: as soon as its task ends. */
  public void postFirst(Callable<?> task, Consumer<Throwable> onFailure) {
    synchronized (gate) {
      if (!accepting) {
        throw closed();
      }
      List<Job> waiting = new ArrayList<>();
      queue.drainTo(waiting);
      queue.add(new Posted(task, onFailure));
      queue.addAll(waiting);
    }
  }

  /**
   * Runs {@code last}, then ends the thread and waits for its end. Only the first call runs its
   * task; another waits like it.
   */
  public void stop(Runnable last) {
    Awaited<Void> job =
        new Awaited<>(
            () -> {
              runLast(last);
              return null;
            });
    boolean first;
    synchronized (gate) {
      first = accepting;
      accepting = false;
      if (first && !isCurrent()) {
        queue.add(job);
      }
    }
    if (isCurrent()) {
      if (first) {
        queue.add(new Posted(() -> null, thrown -> {})); // wakes the loop, which then sees the end
        runLast(last);
      }
      return;
    }
    try {
      if (first) {
        await(job.outcome);
      }
    } finally {
      awaitEnd();
    }
  }

  /** The last task, on the thread that runs it. */
  public void runLast(Runnable last) {
    try {
      last.run();
    } finally {
      if (isCurrent()) {
        ended = true;
      }
    }
  }

  private void loop(Runnable first) {
    onStart.run();
    first.run();
    while (!ended && isCurrent()) {
      try {
        serve(queue.take());
      } catch (InterruptedException leftOver) {
        // An interrupt meant for a task that has ended: nobody else may end this loop.
        continue;
      }
    }
    if (isCurrent()) {
      for (Job late = queue.poll(); late != null; late = queue.poll()) {
        late.run();
      }
      over.countDown();
    }
  }

  private void serve(Job job) {
    running = job;
    job.run();
    // Who was replaced meanwhile has nothing to say any more.
    if (isCurrent()) {
      running = null;
    }
  }

  private <T> T turnAwayAfterEnd(Callable<T> task) throws Exception {
    if (ended) {
      throw closed();
    }
    return task.call();
  }

  private void enqueue(Job job) {
    synchronized (gate) {
      if (!accepting) {
        throw closed();
      }
      queue.add(job);
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

  private static final class Awaited<T> implements Job {
    private final Callable<T> task;
    private final CompletableFuture<T> outcome = new CompletableFuture<>();

    Awaited(Callable<T> task) {
      this.task = task;
    }

    @Override
    public void run() {
      try {
        outcome.complete(task.call());
      } catch (Throwable thrown) {
        outcome.completeExceptionally(thrown);
      }
    }

    @Override
    public void fail(Throwable why) {
      outcome.completeExceptionally(why);
    }
  }

  private final class Posted implements Job {
    private final Callable<?> task;
    private final Consumer<Throwable> onFailure;

    Posted(Callable<?> task, Consumer<Throwable> onFailure) {
      this.task = task;
      this.onFailure = onFailure;
    }

    @Override
    public void run() {
      if (ended) {
        return;
      }
      try {
        task.call();
      } catch (Throwable thrown) {
        if (isCurrent()) {
          onFailure.accept(thrown);
        }
      }
    }

    /** The fresh thread tells its listeners why. */
    @Override
    public void fail(Throwable why) {}
  }

  private static <T> T await(CompletableFuture<T> future) {
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

  private void awaitEnd() {
    uninterruptibly(over::await);
    awaitEnd(thread);
  }

  /** Waits until a thread has ended; an interrupt meanwhile stays for the caller. */
  static void awaitEnd(Thread ending) {
    uninterruptibly(ending::join);
  }

  private interface Wait {
    void run() throws InterruptedException;
  }

  private static void uninterruptibly(Wait wait) {
    boolean interrupted = false;
    while (true) {
      try {
        wait.run();
        break;
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
