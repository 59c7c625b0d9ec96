package org.bufferyard.yard.guard;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.bufferyard.platform.registry.PlugInException;
import org.bufferyard.yard.guard.Progress.Doing;
import org.bufferyard.yard.guard.Progress.Reading;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

/** A plug-in answers for what it does, not for a machine that does not let it. */
@Timeout(60)
final class StarvedThreadTest {
  private static final long MILLI = 1_000_000L;
  private static final long USUAL = 25 * MILLI;

  private final BlockingQueue<String> abandoned = new LinkedBlockingQueue<>();
  private final List<String> quarantined = new ArrayList<>();
  private Watch watch;

  @AfterEach
  void stop() {
    watch.stop();
  }

  private PlugIn watched(Duration bound, Supplier<Progress> seen) {
    watch = new Watch("test", bound, seen, (who, what) -> abandoned.add(what));
    watch.start();
    watch.take();
    return new PlugIn(
        "DeviceKind", "test", "Test", "it", quarantined::add, new Standing(), watch);
  }

  /** What a thread seems to be at, as the test says; whoever is interrupted is on his way back. */
  private static final class Scripted implements Progress {
    private final Thread engine = Thread.currentThread();
    private final AtomicInteger reads = new AtomicInteger();
    private volatile Doing doing = Doing.RUNS;
    private volatile long cpuNanosEachRead;
    private long cpuNanos;

    @Override
    public synchronized Reading read() {
      reads.incrementAndGet();
      if (engine.isInterrupted()) {
        return new Reading(cpuNanos, Doing.RUNS);
      }
      cpuNanos += cpuNanosEachRead;
      return new Reading(cpuNanos, doing);
    }

    void awaitReads(int more) {
      int until = reads.get() + more;
      while (reads.get() < until && !Thread.currentThread().isInterrupted()) {
        Thread.onSpinWait();
        Thread.yield();
      }
    }
  }

  @Test
  void whoHasNoProcessorIsInnocentHoweverLongItTakes() {
    Scripted thread = new Scripted();
    PlugIn who = watched(Duration.ofMillis(20), () -> thread);
    // Thirty bounds of looking, with next to no time on a processor.
    thread.cpuNanosEachRead = 10_000;
    who.run("work", () -> thread.awaitReads(300));
    assertFalse(Thread.currentThread().isInterrupted());
    assertEquals(List.of(), quarantined);
    thread.cpuNanosEachRead = 2 * MILLI;
    PlugInException hung =
        assertThrows(PlugInException.class, () -> who.run("burn", () -> thread.awaitReads(100_000)));
    assertTrue(hung.getMessage().endsWith("hung in burn() for 20 ms"), hung.getMessage());
  }

  @Test
  void whoWaitsWhileThereAreProcessorsIsNot() {
    Scripted thread = new Scripted();
    PlugIn who = watched(Duration.ofMillis(20), () -> thread);
    thread.doing = Doing.WAITS;
    PlugInException hung =
        assertThrows(PlugInException.class, () -> who.run("wait", () -> thread.awaitReads(100_000)));
    assertTrue(hung.getMessage().endsWith("hung in wait() for 20 ms"), hung.getMessage());
    assertEquals(1, quarantined.size());
  }

  @Test
  void whoHeedsTheInterruptMayLackAProcessorForIt() {
    Scripted thread = new Scripted();
    PlugIn who = watched(Duration.ofMillis(20), () -> thread);
    thread.doing = Doing.WAITS;
    assertThrows(
        PlugInException.class,
        () ->
            who.run(
                "wait",
                () -> {
                  thread.awaitReads(100_000);
                  thread.doing = Doing.RUNS;
                  // It is on its way back, for ten bounds: not abandoned.
                  Thread.interrupted();
                  thread.awaitReads(100);
                }));
    assertEquals(0, abandoned.size());
  }

  @Test
  void aLookIsChargedByWhatTheThreadDid() {
    watched(Duration.ofSeconds(1), SeenThread::self);
    Reading before = new Reading(5 * MILLI, Doing.RUNS);
    assertEquals(0, new Reading(5 * MILLI, Doing.RUNS).charge(before, USUAL, USUAL));
    assertEquals(3 * MILLI, new Reading(8 * MILLI, Doing.RUNS).charge(before, USUAL, USUAL));
    assertEquals(USUAL, new Reading(5 * MILLI, Doing.WAITS).charge(before, USUAL, USUAL));
    // The watching thread is late: a pause of the process, or a machine without processors.
    assertEquals(
        USUAL / 10, new Reading(5 * MILLI, Doing.WAITS).charge(before, 100 * USUAL, USUAL));
    assertEquals(
        USUAL / 20, new Reading(5 * MILLI, Doing.UNCLEAR).charge(before, USUAL, USUAL));
    assertEquals(7 * MILLI, new Reading(12 * MILLI, Doing.UNCLEAR).charge(before, USUAL, USUAL));
  }

  /** Four threads a processor that never rest: one call takes some bounds, and is let be. */
  @Test
  void aStarvedMachineQuarantinesNobody() {
    Duration bound = Duration.ofMillis(50);
    PlugIn who = watched(bound, SeenThread::self);
    CountDownLatch over = new CountDownLatch(1);
    List<Thread> crowd = new ArrayList<>();
    for (int i = 4 * Runtime.getRuntime().availableProcessors(); i > 0; i--) {
      crowd.add(Thread.ofPlatform().daemon().start(() -> spinUntil(over)));
    }
    long begin = System.nanoTime();
    try {
      who.run("work", () -> burn(bound.toNanos() * 6 / 10));
    } finally {
      over.countDown();
    }
    System.out.printf(
        "30 ms of work took %d ms on a starved machine%n",
        (System.nanoTime() - begin) / MILLI);
    assertEquals(List.of(), quarantined);
    assertEquals(0, abandoned.size());
    crowd.forEach(EngineThread::awaitEnd);
  }

  private static void spinUntil(CountDownLatch over) {
    while (over.getCount() > 0) {
      Thread.onSpinWait();
    }
  }

  private static void burn(long cpuNanos) {
    var threads = ManagementFactory.getThreadMXBean();
    long until = threads.getCurrentThreadCpuTime() + cpuNanos;
    while (threads.getCurrentThreadCpuTime() < until) {
      Thread.onSpinWait();
    }
  }

  /** The JDK calls a thread RUNNABLE that waits for a network. */
  @Test
  @EnabledOnOs(OS.LINUX)
  void whoWaitsInNativeCodeIsFoundToo() throws Exception {
    try (ServerSocket nobody = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      Thread engine =
          Thread.ofPlatform()
              .daemon()
              .start(
                  () -> {
                    PlugIn who = watched(Duration.ofMillis(100), SeenThread::self);
                    assertThrows(AbandonedThread.class, () -> who.run("accept", () -> accept(nobody)));
                  });
      String what = abandoned.poll(30, TimeUnit.SECONDS);
      assertEquals(
          "hung in accept() for 100 ms and did not come back when it was interrupted", what);
      nobody.close();
      engine.join();
    }
  }

  private static void accept(ServerSocket nobody) {
    try {
      nobody.accept();
    } catch (IOException closed) {
      return;
    }
  }
}
