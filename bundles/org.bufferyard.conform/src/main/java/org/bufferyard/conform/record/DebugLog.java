package org.bufferyard.conform.record;

import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.bufferyard.platform.check.Finding;

/**
 * dma-debug's lines in a kernel log, held against what the checker says: every recorded line must be
 * said, in the recorded order. What else the checker says proves nothing, since a log is never whole.
 */
public final class DebugLog {
  private static final String PREFIX = "DMA-API: ";

  /** The driver is the recorder's own module, or the bus when it is gone: no model knows its name. */
  private static final Pattern DRIVER = Pattern.compile("^DMA-API: \\S+ (\\S+: .*)$");

  private static final Pattern POINTER = Pattern.compile("addr=[0-9a-f(][0-9a-z()]*\\]");
  private static final Pattern BLANKS = Pattern.compile("\\s+");

  private DebugLog() {}

  /**
   * The first recorded line that the checker does not say in its turn.
   *
   * @param leftovers lines at the start that are about earlier cases
   */
  public static Optional<String> missing(List<String> log, long leftovers, List<Finding> findings) {
    Iterator<Finding> said = findings.iterator();
    long toSkip = leftovers;
    for (String line : log) {
      if (KernelLog.isEnd(line)) {
        // The case ends here; what follows is the recorder's clean-up of what the dead thread held.
        return Optional.empty();
      }
      if (line.startsWith(PREFIX) && !line.startsWith(PREFIX + "Mapped at:") && toSkip-- <= 0) {
        String wanted = comparable(line);
        boolean found = false;
        while (!found && said.hasNext()) {
          found = comparable(said.next().text()).equals(wanted);
        }
        if (!found) {
          return Optional.of(line);
        }
      }
    }
    return Optional.empty();
  }

  private static String comparable(String line) {
    String text = BLANKS.matcher(line.strip()).replaceAll(" ");
    Matcher driver = DRIVER.matcher(text);
    return POINTER.matcher(driver.matches() ? driver.group(1) : text).replaceAll("addr=]");
  }
}
