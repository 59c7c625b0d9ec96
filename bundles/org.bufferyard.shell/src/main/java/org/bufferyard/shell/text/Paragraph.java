package org.bufferyard.shell.text;

/** Folds text at blanks, so that it reads in a terminal of 100 columns. */
final class Paragraph {
  private static final int WIDTH = 98;

  private Paragraph() {}

  /** {@code text} with every line starting with {@code indent}; ends with a line break. */
  static String fold(String indent, String text) {
    StringBuilder out = new StringBuilder();
    StringBuilder line = new StringBuilder(indent);
    for (String word : text.split(" ")) {
      boolean first = line.length() == indent.length();
      if (!first && line.length() + 1 + word.length() > WIDTH) {
        out.append(line).append('\n');
        line.setLength(indent.length());
        first = true;
      }
      line.append(first ? "" : " ").append(word);
    }
    return out.append(line).append('\n').toString();
  }
}
