package org.bufferyard.itest.running;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;

/** A yard in a process of its own, started as people start it. */
public final class LaunchedYard implements AutoCloseable {
  static final Path HOME = Path.of("../..").toAbsolutePath().normalize();

  private static final String SCRIPT = HOME.resolve("launch/bufferyard").toString();
  private static final int BOUND_SECONDS = 120;

  private final Path folder;
  private final Process process;
  private final BlockingQueue<String> lines = new LinkedBlockingQueue<>();
  private final List<String> seen = new ArrayList<>();

  /**
   * What a command did.
   *
   * @param out standard output
   * @param err standard error
   * @param millis the whole process took
   */
  public record Run(int code, String out, String err, long millis) {}

  private LaunchedYard(Path folder, Process process) {
    this.folder = folder;
    this.process = process;
    Thread.ofPlatform().daemon().start(this::read);
  }

  /** Starts it and waits until it says that it runs. Nobody types unless {@link #type} does. */
  public static LaunchedYard start(Path folder, String... arguments) throws Exception {
    List<String> line = new ArrayList<>(List.of(SCRIPT, "start"));
    line.addAll(List.of("--plugins", folder.resolve("plugins").toString()));
    line.addAll(List.of(arguments));
    ProcessBuilder builder = new ProcessBuilder(line).directory(folder.toFile());
    environment(builder.environment(), folder);
    LaunchedYard yard =
        new LaunchedYard(folder, builder.redirectErrorStream(true).start());
    try {
      yard.await(said -> said.startsWith("yard started"));
      return yard;
    } catch (AssertionError e) {
      yard.close();
      throw e;
    }
  }

  /** We are inside a build: no other one in the same folders, and nobody else's yard. */
  private static void environment(Map<String, String> environment, Path folder) {
    environment.put("BUFFERYARD_BUILD", "never");
    environment.put("BUFFERYARD_YARD", folder.resolve("yard").toString());
  }

  private void read() {
    try (BufferedReader reader =
        new BufferedReader(
            new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
      reader.lines().forEach(lines::add);
    } catch (IOException | UncheckedIOException e) {
      lines.add("(closed)");
    }
  }

  /** Waits for a line that it says; what came before is in the message when none comes. */
  String await(Predicate<String> wanted) throws InterruptedException {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(BOUND_SECONDS);
    while (true) {
      String line = lines.poll(Math.min(deadline - System.nanoTime(), 200_000_000L), TimeUnit.NANOSECONDS);
      if (line != null) {
        seen.add(line);
        if (wanted.test(line)) {
          return line;
        }
      } else if (System.nanoTime() > deadline || !process.isAlive() && lines.isEmpty()) {
        throw new AssertionError("it never said so, but: " + String.join("\n", seen));
      }
    }
  }

  void type(String line) throws IOException {
    process.getOutputStream().write((line + "\n").getBytes(StandardCharsets.UTF_8));
    process.getOutputStream().flush();
  }

  void endInput() throws IOException {
    process.getOutputStream().close();
  }

  /** The file that says how this yard is reached. */
  Path file() {
    return folder.resolve("yard");
  }

  long pid() {
    return process.pid();
  }

  boolean isRunning() {
    return process.isAlive();
  }

  public Run command(String... arguments) throws Exception {
    return run(folder, arguments);
  }

  /** A command in a process of its own, which looks for the folder's yard first. */
  static Run run(Path folder, String... arguments) throws Exception {
    Path out = Files.createTempFile(folder, "out", ".txt");
    Path err = Files.createTempFile(folder, "err", ".txt");
    List<String> line = new ArrayList<>(List.of(SCRIPT));
    line.addAll(List.of(arguments));
    ProcessBuilder builder =
        new ProcessBuilder(line)
            .directory(HOME.toFile())
            .redirectInput(ProcessBuilder.Redirect.from(Path.of("/dev/null").toFile()))
            .redirectOutput(out.toFile())
            .redirectError(err.toFile());
    environment(builder.environment(), folder);
    long begin = System.nanoTime();
    Process command = builder.start();
    boolean ended = command.waitFor(BOUND_SECONDS, TimeUnit.SECONDS);
    long millis = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - begin);
    command.destroyForcibly();
    assertTrue(ended, () -> line + " did not end within " + BOUND_SECONDS + " s");
    return new Run(command.exitValue(), Files.readString(out), Files.readString(err), millis);
  }

  /** SIGTERM; the exit code. */
  int terminate() throws InterruptedException {
    process.destroy();
    return exitCode();
  }

  /** SIGKILL. */
  void kill() throws InterruptedException {
    process.destroyForcibly();
    exitCode();
  }

  int exitCode() throws InterruptedException {
    assertTrue(process.waitFor(BOUND_SECONDS, TimeUnit.SECONDS), "it does not end");
    return process.exitValue();
  }

  @Override
  public void close() throws InterruptedException, IOException {
    try (OutputStream input = process.getOutputStream()) {
      kill();
    }
  }
}
