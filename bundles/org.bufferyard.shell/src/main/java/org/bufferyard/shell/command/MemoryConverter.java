package org.bufferyard.shell.command;

import java.util.Arrays;
import java.util.stream.Collectors;
import org.bufferyard.platform.verdict.MemoryKind;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** A kind of memory by its word. */
final class MemoryConverter implements ITypeConverter<MemoryKind> {
  @Override
  public MemoryKind convert(String text) {
    return MemoryKind.of(text)
        .orElseThrow(
            () ->
                new TypeConversionException(
                    "there is no memory kind '"
                        + text
                        + "': take one of "
                        + Arrays.stream(MemoryKind.values())
                            .map(MemoryKind::word)
                            .collect(Collectors.joining(", "))));
  }
}
