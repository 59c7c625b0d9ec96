package org.bufferyard.shell.command;

import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Sizes and addresses as people write them: {@code 4096}, {@code 0x10_0000}, {@code 16M}. */
final class SizeConverter implements ITypeConverter<Long> {
  private static final Pattern SIZE =
      Pattern.compile("(0[xX][0-9a-fA-F_]+|[0-9][0-9_]*)([kKmMgG]?)");

  @Override
  public Long convert(String text) {
    return parse(text);
  }

  static long parse(String text) {
    Matcher m = SIZE.matcher(text);
    if (!m.matches()) {
      throw new TypeConversionException("'" + text + "' is not a size: write 65536, 64K or 0x10000");
    }
    String digits = m.group(1).replace("_", "");
    try {
      boolean hex = digits.toLowerCase(Locale.ROOT).startsWith("0x");
      long value =
          hex
              ? Long.parseUnsignedLong(digits.substring(2), 16)
              : Long.parseUnsignedLong(digits);
      int shift =
          switch (m.group(2).toLowerCase(Locale.ROOT)) {
            case "k" -> 10;
            case "m" -> 20;
            case "g" -> 30;
            default -> 0;
          };
      if (shift > 0 && Long.compareUnsigned(value, -1L >>> shift) > 0) {
        throw new TypeConversionException("'" + text + "' does not fit in 64 bits");
      }
      return value << shift;
    } catch (NumberFormatException e) {
      throw new TypeConversionException("'" + text + "' does not fit in 64 bits");
    }
  }
}
