package org.bufferyard.api.contract;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * Pages of tests that only {@code -Plong} runs: what they measured, when, of which state of the
 * sources, and on which machine. Each test writes its own page into the folder {@code
 * -Dbufferyard.report=DIR}; without it none.
 */
public final class LongReport {
  private static final String FOLDER = "bufferyard.report";

  /** Set by the build. */
  private static final String VERSION = "bufferyard.version";

  /** What a figure's age can be told by, to what says it. */
  private static final Map<String, Pattern> AGE =
      Map.of(
          "date", Pattern.compile("\\b20\\d\\d-\\d\\d-\\d\\d\\b"),
          "version", Pattern.compile("\\bBufferyard \\d+\\.\\d+\\.\\d+"),
          "commit", Pattern.compile("\\bcommit ([0-9a-f]{7,40}\\b|unknown)"),
          "cores", Pattern.compile("\\b\\d+ cores \\("),
          "load", Pattern.compile("\\bload average (\\d+\\.\\d|unknown)"));

  private LongReport() {}

  /**
   * @param name of the page's file, without its ending
   * @param text what was measured, as Markdown
   */
  public static void write(String name, String title, String text) {
    System.out.println(title + "\n" + text);
    String folder = System.getProperty(FOLDER, "");
    if (folder.isEmpty()) {
      return;
    }
    String page =
        "# "
            + title
            + "\n\n"
            + LocalDate.now(Clock.systemUTC())
            + ", Bufferyard "
            + System.getProperty(VERSION, "0.0.0")
            + ", commit "
            + commit()
            + ";\n"
            + machine()
            + "\n\n"
            + text.strip()
            + "\n";
    try {
      Files.createDirectories(Path.of(folder));
      Files.writeString(Path.of(folder).resolve(name + ".md"), page);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** What of its age a page does not say in its head; sorted. */
  public static List<String> unsaid(String page) {
    String head = page.lines().limit(6).collect(Collectors.joining("\n"));
    return AGE.entrySet().stream()
        .filter(part -> !part.getValue().matcher(head).find())
        .map(Map.Entry::getKey)
        .sorted()
        .toList();
  }

  private static String commit() {
    return git("rev-parse", "--short=10", "HEAD")
        .filter(id -> !id.isEmpty())
        .map(id -> id + (isChanged() ? " with changes" : ""))
        .orElse("unknown");
  }

  /** In what is measured; pages of this run may have been written already. */
  private static boolean isChanged() {
    return git("status", "--porcelain", "--untracked-files=no", "--", ":/bundles", ":/launch")
        .filter(lines -> !lines.isEmpty())
        .isPresent();
  }

  private static Optional<String> git(String... arguments) {
    List<String> command = new ArrayList<>(List.of("git"));
    command.addAll(List.of(arguments));
    try {
      Process git =
          new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.DISCARD).start();
      String said = new String(git.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      return git.waitFor() == 0 ? Optional.of(said.strip()) : Optional.empty();
    } catch (IOException e) {
      return Optional.empty(); // no git, or no repository of it
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return Optional.empty();
    }
  }

  private static String machine() {
    long bytes =
        ManagementFactory.getOperatingSystemMXBean()
                instanceof com.sun.management.OperatingSystemMXBean system
            ? system.getTotalMemorySize()
            : 0;
    return Runtime.getRuntime().availableProcessors()
        + " cores ("
        + processor().orElse(System.getProperty("os.arch"))
        + "), "
        + Math.round(bytes / (double) (1L << 30))
        + " GiB, JDK "
        + System.getProperty("java.version")
        + String.format(
            Locale.ROOT,
            ";%nload average %.1f when it was written.",
            ManagementFactory.getOperatingSystemMXBean().getSystemLoadAverage());
  }

  private static Optional<String> processor() {
    Path linux = Path.of("/proc/cpuinfo");
    try (var lines = Files.lines(linux)) {
      return lines
          .filter(line -> line.startsWith("model name"))
          .map(line -> line.substring(line.indexOf(':') + 1).strip())
          .findFirst();
    } catch (IOException | UncheckedIOException e) {
      return Optional.empty(); // no Linux: the architecture has to do
    }
  }
}
