package org.bufferyard.importer.devicetree.tree;

import org.bufferyard.platform.input.BadInputException;

/**
 * The bytes of a flattened devicetree and its header. Every access is checked; a complaint names
 * the offset. Devicetree Specification v0.4, section 5.2; {@code scripts/dtc/libfdt/fdt.c:
 * fdt_check_header()}.
 *
 * <p>Read are versions 2 to 17 and later ones that say they are compatible with 17. Immutable.
 */
public final class Blob {
  /** Real boards stay below 1 MiB and arm64 Linux takes 2 MiB at most. */
  public static final int MOST_BYTES = 4 << 20;

  public static final int MAGIC = 0xd00dfeed;
  private static final int FIRST_VERSION = 2;
  private static final int LAST_VERSION = 17;
  private static final String TAKE_WHOLE = "give the whole .dtb as dtc wrote it";

  private final byte[] bytes;
  private final String file;
  private final int total;
  private final int structure;
  private final int structureEnd;
  private final int strings;
  private final int stringsEnd;
  private final int reservations;
  private final int version;

  Blob(byte[] bytes, String file) {
    this.bytes = bytes;
    this.file = file;
    if (bytes.length < 4 || raw32(0) != MAGIC) {
      throw new BadInputException(
          "is no devicetree blob: it does not start with d00dfeed", file, "give a .dtb");
    }
    if (bytes.length < 28) {
      throw bad("the header is cut off", bytes.length, TAKE_WHOLE);
    }
    version = version();
    int header = version >= 17 ? 40 : version >= 3 ? 36 : 32;
    total = length("total size", 4, header);
    structure = start("structure block", 8, header);
    strings = start("strings block", 12, header);
    reservations = start("reservation block", 16, header);
    if ((structure & 3) != 0 || (reservations & 7) != 0) {
      throw bad("a block is not aligned", (structure & 3) != 0 ? 8 : 16, TAKE_WHOLE);
    }
    stringsEnd = version >= 3 ? end("strings block", strings, 32) : total;
    structureEnd = version >= 17 ? end("structure block", structure, 36) : total;
  }

  private int version() {
    int stated = raw32(20);
    int compatible = raw32(24);
    if (Integer.compareUnsigned(stated, FIRST_VERSION) < 0
        || Integer.compareUnsigned(compatible, LAST_VERSION) > 0
        || Integer.compareUnsigned(compatible, stated) > 0) {
      throw bad(
          "version "
              + Integer.toUnsignedString(stated)
              + " (compatible with "
              + Integer.toUnsignedString(compatible)
              + ") is not one of 2 to 17",
          20,
          "convert it with dtc -I dtb -O dtb -V 17");
    }
    return Integer.compareUnsigned(stated, LAST_VERSION) > 0 ? LAST_VERSION : stated;
  }

  private int length(String what, int at, int least) {
    int value = raw32(at);
    if (value < least || value > bytes.length) {
      throw bad(
          what
              + " "
              + Integer.toUnsignedString(value)
              + ", the file has "
              + bytes.length
              + " bytes",
          at,
          value < least ? TAKE_WHOLE : "the file is cut off; give all of it");
    }
    return value;
  }

  private int start(String what, int at, int least) {
    int value = raw32(at);
    // A tree without a property has an empty strings block, which may stand at the very end.
    if (value < least || value > total) {
      throw bad(what + " at 0x" + Integer.toHexString(value) + " is outside", at, TAKE_WHOLE);
    }
    return value;
  }

  private int end(String what, int from, int at) {
    int size = raw32(at);
    if (size < 0 || size > total - from) {
      throw bad(
          what + " of " + Integer.toUnsignedString(size) + " bytes passes the end", at, TAKE_WHOLE);
    }
    return from + size;
  }

  byte[] bytes() {
    return bytes;
  }

  String file() {
    return file;
  }

  int structure() {
    return structure;
  }

  int structureEnd() {
    return structureEnd;
  }

  int reservations() {
    return reservations;
  }

  /** Names are full paths and long values are aligned to 8, as before version 16. */
  boolean isOld() {
    return version < 16;
  }

  /** A big-endian cell of the structure block. */
  int cell(int offset) {
    if (offset < 0 || offset > structureEnd - 4) {
      throw bad("the structure block ends in mid-air", offset, TAKE_WHOLE);
    }
    return raw32(offset);
  }

  /** A big-endian 64-bit number anywhere in the blob. */
  long wide(int offset) {
    if (offset < 0 || offset > total - 8) {
      throw bad("the reservation block does not end", offset, TAKE_WHOLE);
    }
    return ((long) raw32(offset) << 32) | Integer.toUnsignedLong(raw32(offset + 4));
  }

  private int raw32(int offset) {
    return (bytes[offset] & 0xff) << 24
        | (bytes[offset + 1] & 0xff) << 16
        | (bytes[offset + 2] & 0xff) << 8
        | bytes[offset + 3] & 0xff;
  }

  /** A name in the structure block: up to its NUL, at most that many characters. */
  String nodeName(int offset, int most) {
    return text(offset, structureEnd, most, "node name");
  }

  /**
   * A property's name.
   *
   * @param offset into the strings block
   * @param at where it is referred to
   */
  String propertyName(int offset, int at) {
    if (offset < 0 || offset >= stringsEnd - strings) {
      throw bad("the name of a property is outside the strings block", at, TAKE_WHOLE);
    }
    return text(strings + offset, stringsEnd, TreeLimits.NAME_CHARACTERS, "property name");
  }

  private String text(int from, int limit, int most, String what) {
    StringBuilder text = new StringBuilder();
    for (int at = from; at < limit; at++) {
      int c = bytes[at];
      if (c == 0) {
        return text.toString();
      }
      if (c <= ' ' || c > '~') {
        throw bad(
            String.format("the %s holds the byte 0x%02x", what, c & 0xff), at, TAKE_WHOLE);
      }
      if (text.length() == most) {
        throw bad("the " + what + " is longer than " + most + " characters", from, TAKE_WHOLE);
      }
      text.append((char) c);
    }
    throw bad("the " + what + " does not end", from, TAKE_WHOLE);
  }

  BadInputException bad(String what, int offset, String remedy) {
    return new BadInputException(
        what, file + ", offset 0x" + Integer.toHexString(offset), remedy);
  }

  BadInputException bad(String what, int offset) {
    return bad(what, offset, TAKE_WHOLE);
  }
}
