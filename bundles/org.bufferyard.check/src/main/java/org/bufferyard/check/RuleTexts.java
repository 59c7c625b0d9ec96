package org.bufferyard.check;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.bufferyard.platform.check.Finding;
import org.bufferyard.platform.check.RuleHelp;

/** The texts of {@code rules.txt}, beside this class in the bundle. Stateless. */
final class RuleTexts {
  private static final String RESOURCE = "rules.txt";
  private static final Pattern HEAD = Pattern.compile("([A-Z_]+) (\\S+): (.+)");

  private RuleTexts() {}

  /** In file order. */
  static List<RuleHelp> all() {
    try (InputStream in = RuleTexts.class.getResourceAsStream(RESOURCE)) {
      if (in == null) {
        throw new IllegalStateException(RESOURCE + " is not in the bundle");
      }
      return parse(new String(in.readAllBytes(), StandardCharsets.UTF_8));
    } catch (IOException e) {
      throw new UncheckedIOException(RESOURCE, e);
    }
  }

  static List<RuleHelp> parse(String text) {
    return Arrays.stream(text.split("\\R{2,}"))
        .filter(paragraph -> !paragraph.startsWith("#"))
        .map(RuleTexts::rule)
        .toList();
  }

  private static RuleHelp rule(String paragraph) {
    List<String> lines = paragraph.lines().toList();
    Matcher head = HEAD.matcher(lines.getFirst());
    if (!head.matches() || lines.size() < 2) {
      throw new IllegalStateException(RESOURCE + ": no rule and text in: " + lines.getFirst());
    }
    return new RuleHelp(
        Finding.Family.valueOf(head.group(1)),
        head.group(2),
        head.group(3),
        String.join(" ", lines.subList(1, lines.size())));
  }
}
