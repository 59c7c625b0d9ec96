package org.bufferyard.api.contract;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.LocalDate;
import java.util.Locale;
import java.util.Optional;

/**
 * Pages of tests that only {@code -Plong} runs: what they measured, when, and on which machine. Each
 * test writes its own page into the folder {@code -Dbufferyard.report=DIR}; without it none.
 */
public final class LongReport {
  private static final String FOLDER = "bufferyard.report";

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
            + ", "
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
