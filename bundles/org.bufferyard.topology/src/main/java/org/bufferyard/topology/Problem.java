package org.bufferyard.topology;

import java.util.Objects;
import java.util.Optional;
import org.bufferyard.api.kernel.Rule;
import org.bufferyard.platform.input.BadInputException;

/**
 * Something wrong with a file, for a person: what, where, and what to do.
 *
 * @param severity errors keep a file from being used
 * @param rule of the kernel under which it matters; empty for the file's own rules
 * @param line in the file, from 1; 0 when unknown
 * @param element id of the element, or how to find it; empty for the file as a whole
 * @param what is wrong, starting in lower case
 * @param remedy what to do; empty when it is obvious
 */
record Problem(
    Severity severity,
    Optional<Rule> rule,
    int line,
    String element,
    String what,
    String remedy) {
  enum Severity {
    ERROR,
    WARNING
  }

  Problem {
    Objects.requireNonNull(severity, "severity");
    Objects.requireNonNull(rule, "rule");
    Objects.requireNonNull(element, "element");
    Objects.requireNonNull(what, "what");
    Objects.requireNonNull(remedy, "remedy");
  }

  static Problem error(int line, String element, String what, String remedy) {
    return new Problem(Severity.ERROR, Optional.empty(), line, element, what, remedy);
  }

  static Problem warning(int line, String element, String what, String remedy) {
    return new Problem(Severity.WARNING, Optional.empty(), line, element, what, remedy);
  }

  /** What the kernel does about it, by which rule. */
  Problem under(Rule other) {
    return new Problem(severity, Optional.of(other), line, element, what, remedy);
  }

  /** The same about a file that nobody has seen. */
  Problem withoutLine() {
    return new Problem(severity, rule, 0, element, what, remedy);
  }

  boolean isError() {
    return severity == Severity.ERROR;
  }

  /** As thrown at whoever asked for the file. */
  BadInputException in(String file) {
    return new BadInputException(what, where(file), remedy);
  }

  /** One line. */
  String line(String file) {
    return in(file).getMessage();
  }

  private String where(String file) {
    return file + (line > 0 ? ":" + line : "") + (element.isEmpty() ? "" : ": " + element);
  }
}
