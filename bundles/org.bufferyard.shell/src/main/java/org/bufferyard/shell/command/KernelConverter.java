package org.bufferyard.shell.command;

import java.util.stream.Collectors;
import org.bufferyard.api.kernel.KernelProfile;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** A kernel profile by its name. */
final class KernelConverter implements ITypeConverter<KernelProfile> {
  @Override
  public KernelProfile convert(String text) {
    return KernelProfile.named(text)
        .orElseThrow(
            () ->
                new TypeConversionException(
                    "there is no kernel profile '"
                        + text
                        + "': take one of "
                        + KernelProfile.ALL.stream()
                            .map(KernelProfile::name)
                            .collect(Collectors.joining(", "))));
  }
}
