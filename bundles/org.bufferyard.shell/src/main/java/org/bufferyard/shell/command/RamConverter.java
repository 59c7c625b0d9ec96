package org.bufferyard.shell.command;

import org.bufferyard.api.memory.PhysRange;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** {@code 0x200000:0xefe00000}, {@code 0x100000000:4G}. */
final class RamConverter implements ITypeConverter<PhysRange> {
  @Override
  public PhysRange convert(String text) {
    String[] part = text.split(":", -1);
    if (part.length != 2) {
      throw new TypeConversionException(
          "'" + text + "' is not BASE:SIZE, such as 0x40000000:1G");
    }
    try {
      return new PhysRange(SizeConverter.parse(part[0]), SizeConverter.parse(part[1]));
    } catch (IllegalArgumentException e) {
      throw new TypeConversionException("'" + text + "': " + e.getMessage());
    }
  }
}
