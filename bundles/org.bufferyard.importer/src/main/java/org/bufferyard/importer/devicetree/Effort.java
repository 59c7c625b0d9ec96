package org.bufferyard.importer.devicetree;

import org.bufferyard.platform.input.BadInputException;

/**
 * What giving a tree its meaning may cost. Address windows can be chained so that work grows with a
 * power of the file's size; real boards need less than a thousandth of this. One use, one thread.
 */
final class Effort {
  /** Comparisons of one window; a second or so. */
  private static final long MOST = 100_000_000;

  private final String file;
  private long spent;

  Effort(String file) {
    this.file = file;
  }

  /**
   * @throws BadInputException when it is too much
   */
  void spend(long steps) {
    spent += steps;
    if (spent > MOST) {
      throw new BadInputException(
          "its address windows are chained too deeply to follow", file, "give a board's own .dtb");
    }
  }
}
