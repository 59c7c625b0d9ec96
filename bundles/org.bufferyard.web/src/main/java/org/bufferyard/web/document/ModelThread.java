package org.bufferyard.web.document;

import java.lang.System.Logger.Level;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.bufferyard.web.wire.Failure;

/** The one thread that touches a document's model. Callers wait for it, but not for ever. */
final class ModelThread implements AutoCloseable {
  private static final System.Logger LOG = System.getLogger(ModelThread.class.getName());
  private static final long SECONDS = 30;
  private static final int WAITING = 256;

  private final ThreadPoolExecutor executor;
  private volatile Thread thread;

  ModelThread(String name) {
    executor =
        new ThreadPoolExecutor(
            1,
            1,
            SECONDS,
            TimeUnit.SECONDS,
            new LinkedBlockingQueue<>(WAITING),
            task -> {
              Thread made = new Thread(task, name);
              made.setDaemon(true);
              thread = made;
              return made;
            });
    // An idle document needs no thread.
    executor.allowCoreThreadTimeOut(true);
  }

  /** Runs a task there and waits; from the thread itself it runs at once. */
  <T> T call(Callable<T> task) {
    if (Thread.currentThread() == thread) {
      return direct(task);
    }
    Future<T> future = submit(task);
    try {
      return future.get(SECONDS, TimeUnit.SECONDS);
    } catch (ExecutionException e) {
      throw switch (e.getCause()) {
        case RuntimeException cause -> cause;
        // The checks and EMF's copies walk down into elements.
        case StackOverflowError deep -> Failure.refused("the board is nested too deep");
        case Throwable other -> new IllegalStateException(other);
      };
    } catch (TimeoutException e) {
      throw new Failure(Failure.Kind.INTERNAL, "the document does not answer");
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new Failure(Failure.Kind.INTERNAL, "the server stops");
    }
  }

  /** As {@link #call}, but leaves a task that takes longer than a second to itself. */
  void callWithin(Callable<?> task) {
    if (executor.isShutdown()) {
      return;
    }
    if (Thread.currentThread() == thread) {
      direct(task);
      return;
    }
    try {
      submit(task).get(1, TimeUnit.SECONDS);
    } catch (TimeoutException e) {
      LOG.log(Level.DEBUG, "a document is busy");
    } catch (ExecutionException e) {
      LOG.log(Level.WARNING, "a document did not follow", e.getCause());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static <T> T direct(Callable<T> task) {
    try {
      return task.call();
    } catch (RuntimeException e) {
      throw e;
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
  }

  private <T> Future<T> submit(Callable<T> task) {
    try {
      return executor.submit(task);
    } catch (RejectedExecutionException e) {
      throw executor.isShutdown()
          ? Failure.notFound("the document was closed")
          : new Failure(Failure.Kind.INTERNAL, "the document has too much to do");
    }
  }

  /** Runs a task there some time; nothing when it was closed meanwhile. */
  void post(Runnable task) {
    if (!executor.isShutdown()) {
      try {
        executor.execute(task);
      } catch (RejectedExecutionException e) {
        LOG.log(Level.DEBUG, "not run: {0}", e.getMessage());
      }
    }
  }

  @Override
  public void close() {
    executor.shutdown();
  }
}
