package org.bufferyard.shell.text;

/** Byte counts for people. */
final class Sizes {
  private Sizes() {}

  /** Whole units where it is exact, else bytes: {@code 1 MiB}, {@code 4097 bytes}. */
  static String text(long bytes) {
    String[] units = {"GiB", "MiB", "KiB"};
    for (int i = 0; i < units.length; i++) {
      long unit = 1L << 30 - 10 * i;
      if (bytes >= unit && bytes % unit == 0) {
        return bytes / unit + " " + units[i];
      }
    }
    return bytes == 1 ? "1 byte" : bytes + " bytes";
  }
}
