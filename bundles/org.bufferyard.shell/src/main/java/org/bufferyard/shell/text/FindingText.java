package org.bufferyard.shell.text;

import java.util.Locale;
import java.util.stream.Collectors;
import org.bufferyard.platform.check.Finding;

/** What a rule found, as a paragraph: severity, rule, the line, and the events that clash. */
public final class FindingText {
  private FindingText() {}

  /**
   * @param times how often it was found
   */
  public static String of(Finding finding, long times) {
    String repeated = times > 1 ? " (" + times + " times)" : "";
    String events =
        finding.clues().stream()
            .map(c -> c.event().getClass().getSimpleName() + " #" + c.position())
            .collect(Collectors.joining(", then "));
    return Paragraph.fold(
        "  ",
        finding.severity().name().toLowerCase(Locale.ROOT)
            + " "
            + finding.rule().id()
            + ": "
            + finding.text()
            + repeated
            + (events.isEmpty() ? "" : " [" + events + "]"));
  }
}
