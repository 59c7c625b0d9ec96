package org.bufferyard.shell.text;

/** Folds text at blanks, so that it reads in a terminal of 80 columns. */
final class Paragraph {
  static final int WIDTH = 79;

  private Paragraph() {}

  /** {@code text} with every line starting with {@code indent}; ends with a line break. */
  static String fold(String indent, String text) {
    return fold(indent, indent, text);
  }

  /** The same with a first line that starts with {@code head}, as long as {@code indent}. */
  static String fold(String head, String indent, String text) {
    StringBuilder out = new StringBuilder();
    StringBuilder line = new StringBuilder(head);
    for (String word : text.split(" ")) {
      boolean first = line.length() == indent.length();
      if (!first && line.length() + 1 + word.length() > WIDTH) {
        out.append(line).append('\n');
        line.setLength(0);
        line.append(indent);
        first = true;
      }
      line.append(first ? "" : " ").append(word);
    }
    return out.append(line).append('\n').toString();
  }
}
