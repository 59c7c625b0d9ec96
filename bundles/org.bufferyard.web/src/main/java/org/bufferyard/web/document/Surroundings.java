package org.bufferyard.web.document;

import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;
import org.bufferyard.platform.check.Checks;
import org.bufferyard.topology.edit.BoardModels;
import org.bufferyard.web.schema.SchemaDesk;
import org.bufferyard.web.wire.EventHub;
import org.bufferyard.web.wire.Failure;

/** What all open documents share. Safe for any thread. */
final class Surroundings implements AutoCloseable {
  private static final long SECONDS = 60;

  private final BoardModels models;
  private final SchemaDesk schema;
  private final EventHub hub;
  private final Workspace workspace;
  private final Recovery recovery;
  private final Supplier<Optional<Checks>> checks;
  private final Runnable onChange;
  private final ScheduledExecutorService clock =
      Executors.newSingleThreadScheduledExecutor(task -> daemon(task, "editor clock"));
  private final ExecutorService checkers =
      Executors.newFixedThreadPool(2, task -> daemon(task, "editor check"));

  /**
   * @param checks whoever checks boards at the moment
   * @param onChange called when the summary of a document changed
   */
  Surroundings(
      BoardModels models,
      SchemaDesk schema,
      EventHub hub,
      Workspace workspace,
      Supplier<Optional<Checks>> checks,
      Runnable onChange) {
    this.models = models;
    this.schema = schema;
    this.hub = hub;
    this.workspace = workspace;
    this.recovery = new Recovery(workspace.folder());
    this.checks = checks;
    this.onChange = onChange;
  }

  private static Thread daemon(Runnable task, String name) {
    Thread thread = new Thread(task, name);
    thread.setDaemon(true);
    return thread;
  }

  BoardModels models() {
    return models;
  }

  SchemaDesk schema() {
    return schema;
  }

  EventHub hub() {
    return hub;
  }

  Workspace workspace() {
    return workspace;
  }

  Recovery recovery() {
    return recovery;
  }

  Optional<Checks> checks() {
    return checks.get();
  }

  ScheduledExecutorService clock() {
    return clock;
  }

  ExecutorService checkers() {
    return checkers;
  }

  void documentsChanged() {
    onChange.run();
  }

  /** Waits for a check. */
  <T> T await(CompletableFuture<T> future) {
    try {
      return future.get(SECONDS, TimeUnit.SECONDS);
    } catch (ExecutionException e) {
      throw switch (e.getCause()) {
        case RuntimeException cause -> cause;
        case StackOverflowError deep -> Failure.refused("the board is nested too deep");
        case Throwable other -> new IllegalStateException(other);
      };
    } catch (TimeoutException e) {
      throw new Failure(Failure.Kind.INTERNAL, "the check takes longer than " + SECONDS + " s");
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new Failure(Failure.Kind.INTERNAL, "the server stops");
    }
  }

  @Override
  public void close() {
    clock.shutdownNow();
    checkers.shutdownNow();
  }
}
