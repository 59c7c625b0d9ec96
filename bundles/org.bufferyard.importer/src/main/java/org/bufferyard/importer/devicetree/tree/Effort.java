package org.bufferyard.importer.devicetree.tree;

import org.bufferyard.platform.input.BadInputException;

/**
 * What giving a tree its meaning may cost, or laying an overlay on it. Address windows can be chained,
 * and nodes named, so that work grows with a power of the file's size; real boards need less than a
 * thousandth of this. One use, one thread.
 */
public final class Effort {
  /** Comparisons of one window or one name; a second or so. */
  private static final long MOST = 100_000_000;

  private final String file;
  private final String tooMuch;
  private long spent;

  public Effort(String file) {
    this(file, "its address windows are chained too deeply to follow");
  }

  /**
   * @param tooMuch what is wrong when it was too much, starting in lower case
   */
  public Effort(String file, String tooMuch) {
    this.file = file;
    this.tooMuch = tooMuch;
  }

  /**
   * @throws BadInputException when it is too much
   */
  public void spend(long steps) {
    spent += steps;
    if (spent > MOST) {
      throw new BadInputException(tooMuch, file, "give a board's own .dtb");
    }
  }
}
