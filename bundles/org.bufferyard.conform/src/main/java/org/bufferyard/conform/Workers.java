package org.bufferyard.conform;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.bufferyard.conform.answer.Outcome;
import org.bufferyard.conform.record.BootSequence;
import org.bufferyard.conform.record.Operation;
import org.bufferyard.conform.record.RecordedCase;
import org.bufferyard.platform.recorded.RecordedBoot;

/**
 * Replays cases side by side and counts them in reading order. Used by one thread; a bounded number
 * of cases is under way, so that a large file never stands in memory as a whole.
 */
final class Workers implements AutoCloseable {
  /** Cases a task: large enough that handing over costs nothing. */
  private static final int BATCH = 16;

  private final CaseReplay replay;
  private final Tallies tallies;
  private final ExecutorService threads;
  private final int inFlight;
  private final Deque<Future<List<Done>>> running = new ArrayDeque<>();
  private List<Todo> next = new ArrayList<>();
  private long submitted;

  private record Todo(RecordedCase recorded, RecordedBoot boot) {}

  private record Done(RecordedCase recorded, Outcome outcome) {}

  Workers(int jobs, CaseReplay replay, Tallies tallies) {
    this.replay = replay;
    this.tallies = tallies;
    this.inFlight = jobs * 4;
    this.threads =
        Executors.newFixedThreadPool(
            jobs, Thread.ofPlatform().daemon().name("conform-", 0).factory());
  }

  long submitted() {
    return submitted;
  }

  void submit(RecordedCase recorded, RecordedBoot boot) {
    submitted++;
    next.add(new Todo(recorded, boot));
    if (next.size() == BATCH) {
      start();
    }
  }

  private void start() {
    List<Todo> batch = next;
    next = new ArrayList<>();
    start(
        () ->
            batch.stream()
                .map(t -> new Done(t.recorded(), replay.replay(t.recorded(), t.boot())))
                .toList());
  }

  private void start(Callable<List<Done>> task) {
    if (running.size() == inFlight) {
      collect();
    }
    running.add(threads.submit(task));
  }

  /** Cases that follow each other; those that nobody asked for are replayed, but not counted. */
  void submit(BootSequence sequence) {
    List<RecordedCase> cases = sequence.inOrder();
    submitted += cases.stream().filter(sequence::isCounted).count();
    start(
        () -> {
          List<Outcome> outcomes = replay.replayInOrder(cases, sequence.boot());
          return IntStream.range(0, cases.size())
              .filter(i -> sequence.isCounted(cases.get(i)))
              .mapToObj(i -> new Done(cases.get(i), outcomes.get(i)))
              .toList();
        });
  }

  /** Waits until everything submitted is counted. */
  void drain() {
    if (!next.isEmpty()) {
      start();
    }
    while (!running.isEmpty()) {
      collect();
    }
  }

  private void collect() {
    try {
      for (Done done : running.remove().get()) {
        tallies.add(done.recorded().scenario(), done.recorded().run(), done.outcome());
      }
    } catch (ExecutionException e) {
      switch (e.getCause()) {
        case Operation.BrokenCommandException broken -> throw broken.complaint();
        case RuntimeException failure -> throw failure;
        case Error error -> throw error;
        default -> throw new IllegalStateException(e.getCause());
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while replaying", e);
    }
  }

  @Override
  public void close() {
    threads.shutdownNow();
  }
}
