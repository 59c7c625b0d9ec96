package org.bufferyard.platform.input;

import java.util.Objects;

/**
 * Somebody gave us something we cannot use: a broken file, an unknown device, an impossible option.
 * The message is one line for a person: what is wrong, where, and what to do. Commands end with exit
 * code 2 and nothing written.
 */
public sealed class BadInputException extends RuntimeException
    permits NoTableFormatException {
  private static final long serialVersionUID = 1L;

  /**
   * @param what is wrong, starting in lower case
   * @param where file, line, element or option; empty when the message needs none
   * @param remedy what to do about it; empty when it is obvious
   */
  public BadInputException(String what, String where, String remedy) {
    super(line(what, where, remedy));
  }

  private static String line(String what, String where, String remedy) {
    Objects.requireNonNull(what, "what");
    StringBuilder line = new StringBuilder();
    if (!where.isEmpty()) {
      line.append(where).append(": ");
    }
    // Parsers end their sentences; ours goes on.
    line.append(what.endsWith(".") ? what.substring(0, what.length() - 1) : what);
    if (!remedy.isEmpty()) {
      line.append("; ").append(remedy);
    }
    // A message with line breaks in it would break "one line": fold whatever a parser put there.
    return line.toString().replaceAll("\\s*\\R\\s*", " ");
  }
}
