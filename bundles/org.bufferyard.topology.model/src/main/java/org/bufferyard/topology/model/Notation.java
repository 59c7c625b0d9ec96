package org.bufferyard.topology.model;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/**
 * The notation of numbers in files: addresses in hexadecimal, sizes with a unit, cells as a list.
 * What is printed is canonical, so a file written by us comes back byte for byte. All numbers are
 * unsigned. Stateless.
 *
 * <p>Errors are {@link IllegalArgumentException} with a message for people that names the text and
 * says what is expected.
 */
public final class Notation {
  private static final String UNITS = "KMGT";
  private static final long MAX_DECIMAL = 9999;

  private Notation() {}

  /** An address or mask: {@code 0x40000000}, or decimal. */
  public static long parseAddress(String text) {
    String t = required(text, "an address");
    try {
      return digits(t);
    } catch (NumberFormatException e) {
      throw new IllegalArgumentException(
          "'" + t + "' is not an address: write 64-bit hexadecimal, such as 0x40000000", e);
    }
  }

  public static String printAddress(long address) {
    return "0x" + Long.toHexString(address);
  }

  /** A number of bytes: {@code 4K}, {@code 16M}, {@code 2G}, {@code 1T}, decimal or hexadecimal. */
  public static long parseSize(String text) {
    String t = required(text, "a size");
    try {
      int unit = UNITS.indexOf(Character.toUpperCase(t.charAt(t.length() - 1)));
      if (unit < 0) {
        return digits(t);
      }
      int shift = 10 * (unit + 1);
      long count = digits(t.substring(0, t.length() - 1));
      if (count >>> (64 - shift) != 0) {
        throw new NumberFormatException("beyond 64 bits");
      }
      return count << shift;
    } catch (NumberFormatException e) {
      throw new IllegalArgumentException(
          "'" + t + "' is not a size: write bytes, or 4K, 16M, 2G", e);
    }
  }

  /** The biggest unit that leaves a whole number; else bytes, long ones in hexadecimal. */
  public static String printSize(long size) {
    int unit = size <= 0 ? 0 : Math.min(Long.numberOfTrailingZeros(size) / 10, UNITS.length());
    if (unit > 0) {
      return (size >>> (10 * unit)) + UNITS.substring(unit - 1, unit);
    }
    return size < 0 || size > MAX_DECIMAL ? printAddress(size) : Long.toString(size);
  }

  /** Devicetree cells: unsigned 32-bit numbers separated by blanks. */
  public static List<Integer> parseCells(String text) {
    List<Integer> cells = new ArrayList<>();
    for (String cell : text.strip().split("\\s+")) {
      if (cell.isEmpty()) {
        continue;
      }
      try {
        long value = digits(cell);
        if (value >>> 32 != 0) {
          throw new NumberFormatException("beyond 32 bits");
        }
        cells.add((int) value);
      } catch (NumberFormatException e) {
        throw new IllegalArgumentException(
            "'"
                + cell
                + "' is not a cell: write 32-bit numbers separated by blanks, such as 0x420 0x7f",
            e);
      }
    }
    return List.copyOf(cells);
  }

  public static String printCells(List<Integer> cells) {
    StringBuilder text = new StringBuilder();
    for (int cell : cells) {
      text.append(text.isEmpty() ? "" : " ").append("0x").append(Integer.toHexString(cell));
    }
    return text.toString();
  }

  private static String required(String text, String what) {
    String t = Objects.requireNonNull(text, "text").strip();
    if (t.isEmpty()) {
      throw new IllegalArgumentException(what + " is missing");
    }
    return t;
  }

  private static long digits(String t) {
    boolean hex = t.startsWith("0x") || t.startsWith("0X");
    String digits = hex ? t.substring(2) : t;
    // parseUnsigned would take a sign.
    if (digits.isEmpty() || Character.digit(digits.charAt(0), 16) < 0) {
      throw new NumberFormatException("no digits");
    }
    return Long.parseUnsignedLong(digits, hex ? 16 : 10);
  }
}
