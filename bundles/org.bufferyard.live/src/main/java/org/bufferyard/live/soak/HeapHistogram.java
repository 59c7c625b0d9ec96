package org.bufferyard.live.soak;

import java.lang.management.ManagementFactory;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.management.JMException;
import javax.management.ObjectName;

/**
 * How many reachable objects there are of each of our classes, whichever bundle's copy. Taken by the
 * JVM's own {@code gcClassHistogram}, which collects first.
 */
final class HeapHistogram {
  private static final String OURS = "org.bufferyard.";

  /** {@code  12:  345  6789  class.Name (module)}. */
  private static final Pattern LINE = Pattern.compile("\\s*\\d+:\\s+(\\d+)\\s+\\d+\\s+(\\S+).*");

  private HeapHistogram() {}

  /**
   * Class name to objects.
   *
   * @throws IllegalStateException when this JVM does not count
   */
  static Map<String, Long> take() {
    final Object text;
    try {
      text =
          ManagementFactory.getPlatformMBeanServer()
              .invoke(
                  new ObjectName("com.sun.management:type=DiagnosticCommand"),
                  "gcClassHistogram",
                  new Object[] {new String[0]},
                  new String[] {String[].class.getName()});
    } catch (JMException e) {
      throw new IllegalStateException("this JVM does not count its objects", e);
    }
    return parse(String.valueOf(text));
  }

  static Map<String, Long> parse(String text) {
    Map<String, Long> counts = new TreeMap<>();
    for (String line : text.split("\\R")) {
      Matcher matcher = LINE.matcher(line);
      if (matcher.matches() && matcher.group(2).startsWith(OURS)) {
        counts.merge(matcher.group(2), Long.parseLong(matcher.group(1)), Long::sum);
      }
    }
    return counts;
  }

  /** Classes of which there are more than {@code tolerated} objects too many, and how many. */
  static Map<String, Long> growth(
      Map<String, Long> before, Map<String, Long> after, long tolerated) {
    Map<String, Long> grown = new TreeMap<>();
    after.forEach(
        (name, count) -> {
          long more = count - before.getOrDefault(name, 0L);
          if (more > tolerated) {
            grown.put(name, more);
          }
        });
    return grown;
  }
}
