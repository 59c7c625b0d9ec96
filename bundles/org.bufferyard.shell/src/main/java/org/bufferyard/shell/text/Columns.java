package org.bufferyard.shell.text;

import java.util.ArrayList;
import java.util.List;

/** A table without lines: columns as wide as their widest cell, two spaces between. */
final class Columns {
  private final String indent;
  private final List<String[]> rows = new ArrayList<>();

  Columns(String indent) {
    this.indent = indent;
  }

  Columns row(Object... cells) {
    String[] row = new String[cells.length];
    for (int i = 0; i < cells.length; i++) {
      row[i] = String.valueOf(cells[i]);
    }
    rows.add(row);
    return this;
  }

  boolean isEmpty() {
    return rows.isEmpty();
  }

  /** Numbers go right, everything else left; no line ends in blanks. */
  String text() {
    int columns = rows.stream().mapToInt(r -> r.length).max().orElse(0);
    int[] width = new int[columns];
    for (String[] row : rows) {
      for (int i = 0; i < row.length; i++) {
        width[i] = Math.max(width[i], row[i].length());
      }
    }
    StringBuilder text = new StringBuilder();
    for (String[] row : rows) {
      StringBuilder line = new StringBuilder(indent);
      for (int i = 0; i < row.length; i++) {
        boolean number = !row[i].isEmpty() && row[i].chars().allMatch(Character::isDigit);
        line.append(number ? pad(row[i], width[i]) + row[i] : row[i] + pad(row[i], width[i]));
        line.append("  ");
      }
      text.append(line.toString().stripTrailing()).append('\n');
    }
    return text.toString();
  }

  private static String pad(String cell, int width) {
    return " ".repeat(width - cell.length());
  }
}
