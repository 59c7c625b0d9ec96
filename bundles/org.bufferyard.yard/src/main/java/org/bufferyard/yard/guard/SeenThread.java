package org.bufferyard.yard.guard;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/**
 * A thread as the JDK and, on Linux, the kernel see it. The JDK calls a thread RUNNABLE that waits in
 * native code, for a network say; {@code /proc} tells it from one that has no processor.
 *
 * <p>Cost of a look: some us, and 0.3 ms more when the JDK says that the thread runs.
 */
final class SeenThread implements Progress {
  private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();
  private static final boolean MEASURED =
      THREADS.isThreadCpuTimeSupported() && THREADS.isThreadCpuTimeEnabled();

  private final Thread thread;

  /** {@code proc_pid_stat(5)} of the thread; empty: there is none. */
  private final Optional<Path> stat;

  private SeenThread(Thread thread, Optional<Path> stat) {
    this.thread = thread;
    this.stat = stat;
  }

  /** The calling thread. */
  static SeenThread self() {
    Optional<Path> stat = Optional.empty();
    try {
      stat = Optional.of(Path.of("/proc/thread-self").toRealPath().resolve("stat"));
    } catch (IOException | RuntimeException elsewhere) {
      // Another system, or no /proc: the JDK's word has to do.
    }
    return new SeenThread(Thread.currentThread(), stat);
  }

  @Override
  public Reading read() {
    // The state first: whoever begins to wait in between has his processor time counted.
    Doing doing =
        switch (thread.getState()) {
          case NEW, RUNNABLE -> stat.map(SeenThread::doing).orElse(Doing.UNCLEAR);
          case BLOCKED, WAITING, TIMED_WAITING, TERMINATED -> Doing.WAITS;
        };
    long cpu = MEASURED ? THREADS.getThreadCpuTime(thread.threadId()) : 0;
    return new Reading(Math.max(0, cpu), doing);
  }

  private static Doing doing(Path stat) {
    try {
      String line = Files.readString(stat, StandardCharsets.ISO_8859_1);
      // "4332 (name, which may hold brackets) S 4261 ..."
      char state = line.charAt(line.lastIndexOf(')') + 2);
      return switch (state) {
        case 'R' -> Doing.RUNS;
        case 'S', 'D' -> Doing.WAITS;
        default -> Doing.UNCLEAR;
      };
    } catch (IOException | RuntimeException gone) {
      return Doing.UNCLEAR;
    }
  }
}
