package org.bufferyard.importer.devicetree;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.bufferyard.platform.input.BadInputException;

/** One call of an outside program, without a shell and with an end. One use. */
final class ToolRun {
  private static final long SECONDS = 30;

  /** What is read of a complaint; a program that complains on and on is cut short. */
  private static final int MOST_TEXT = 64 << 10;

  private final List<String> call;
  private final Path source;

  /**
   * @param source whom a complaint is about
   */
  ToolRun(List<String> call, Path source) {
    this.call = List.copyOf(call);
    this.source = source;
  }

  /**
   * @throws BadInputException with the program's first complaint
   */
  void run() {
    String complaint = complaint();
    if (!complaint.isEmpty()) {
      throw new BadInputException(complaint, source.toString(), "correct the source");
    }
  }

  boolean succeeds() {
    return complaint().isEmpty();
  }

  private String complaint() {
    String name = String.valueOf(Path.of(call.getFirst()).getFileName());
    try {
      Process process =
          new ProcessBuilder(call)
              .redirectErrorStream(true)
              .redirectInput(ProcessBuilder.Redirect.from(new java.io.File("/dev/null")))
              .start();
      // Read on a thread of its own, so that the wait below has an end.
      var text = new java.util.concurrent.CompletableFuture<String>();
      Thread reader = Thread.ofVirtual().start(() -> text.complete(read(process)));
      if (!process.waitFor(SECONDS, TimeUnit.SECONDS)) {
        process.destroyForcibly();
        return name + " did not end within " + SECONDS + " s";
      }
      reader.join();
      return process.exitValue() == 0 ? "" : first(name, text.getNow(""), process.exitValue());
    } catch (IOException e) {
      return name + " cannot be run: " + e.getMessage();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return name + " was interrupted";
    }
  }

  private static String read(Process process) {
    try (var in = process.getInputStream()) {
      String text = new String(in.readNBytes(MOST_TEXT), StandardCharsets.UTF_8);
      in.transferTo(java.io.OutputStream.nullOutputStream());
      return text;
    } catch (IOException e) {
      return "";
    }
  }

  private static String first(String name, String text, int exit) {
    return text.lines()
        .filter(line -> !line.isBlank())
        .findFirst()
        .map(line -> name + ": " + line.strip())
        .orElse(name + " ended with " + exit);
  }
}
