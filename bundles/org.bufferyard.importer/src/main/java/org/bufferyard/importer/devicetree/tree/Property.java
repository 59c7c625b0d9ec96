package org.bufferyard.importer.devicetree.tree;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/**
 * A property: a name and bytes that lie in the blob. What they mean is up to who asks: cells, text
 * or nothing at all. Immutable once read, but for {@link #patch}.
 *
 * @param offset of the value in the blob
 * @param length bytes
 */
public record Property(String name, byte[] blob, int offset, int length) {

  /** Whole cells; a rest of one to three bytes counts for nothing. */
  public int cells() {
    return length / 4;
  }

  static Property of(String name, byte[] value) {
    return new Property(name, value, 0, value.length);
  }

  /**
   * Writes a cell where an overlay leaves one open; the blob must be the caller's own.
   *
   * @param at in bytes, anywhere that a cell fits
   */
  void patch(int at, int cell) {
    ByteBuffer.wrap(blob).putInt(offset + Objects.checkFromIndexSize(at, 4, length), cell);
  }

  /** A cell anywhere. */
  int cellAt(int at) {
    return ByteBuffer.wrap(blob).getInt(offset + Objects.checkFromIndexSize(at, 4, length));
  }

  public int cell(int index) {
    if (index < 0 || index >= cells()) {
      throw new IndexOutOfBoundsException(name + " has no cell " + index);
    }
    int at = offset + 4 * index;
    return (blob[at] & 0xff) << 24
        | (blob[at + 1] & 0xff) << 16
        | (blob[at + 2] & 0xff) << 8
        | blob[at + 3] & 0xff;
  }

  /** {@code of_read_number()}: the last two of these cells as one number, 0 for none. */
  public long number(int from, int count) {
    long number = 0;
    for (int i = 0; i < count; i++) {
      number = number << 32 | Integer.toUnsignedLong(cell(from + i));
    }
    return number;
  }

  public int[] cells(int from, int count) {
    int[] cells = new int[count];
    for (int i = 0; i < count; i++) {
      cells[i] = cell(from + i);
    }
    return cells;
  }

  /** Texts that each end with a NUL; what follows the last NUL is none. */
  public List<String> texts() {
    List<String> texts = new ArrayList<>();
    int start = offset;
    for (int at = offset; at < offset + length; at++) {
      if (blob[at] == 0) {
        texts.add(printable(start, at));
        start = at + 1;
      }
    }
    return texts;
  }

  /** What cannot be printed on one line becomes a question mark. */
  private String printable(int from, int to) {
    return new String(blob, from, to - from, StandardCharsets.US_ASCII)
        .replaceAll("[^ -~]", "?");
  }
}
