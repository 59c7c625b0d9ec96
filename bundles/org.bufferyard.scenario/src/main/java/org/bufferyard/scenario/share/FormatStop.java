package org.bufferyard.scenario.share;

import java.util.stream.Collectors;
import org.bufferyard.api.kernel.Rule;
import org.bufferyard.platform.input.NoTableFormatException;
import org.bufferyard.platform.verdict.MemoryKind;
import org.bufferyard.platform.verdict.ShareQuestion;
import org.bufferyard.platform.yard.YardDevice;
import org.bufferyard.platform.yard.YardState;

/** The last step of a chain that an unknown table format ends. Engine thread only. */
final class FormatStop {
  private final YardState yard;
  private final ShareQuestion question;

  FormatStop(YardState yard, ShareQuestion question) {
    this.yard = yard;
    this.question = question;
  }

  /**
   * @param allocating whether it was the exporter's allocation that needed the table
   */
  void tell(NoTableFormatException stop, boolean allocating, String importer) {
    YardDevice device = yard.device(allocating ? question.exporter() : importer);
    new Reasons(yard.events())
        .step(
            rule(allocating),
            stop.iommu(),
            stop.missing()
                + (allocating
                    ? ": which IOVA a buffer of "
                    : ": which IOVA and which table entries the buffer would get for ")
                + device.name()
                + (allocating ? " would get" : "")
                + " is not known, and not guessed; the stop is Bufferyard's, not the kernel's",
            "model",
            stop.model(),
            "device",
            device.id(),
            "specifier",
            specifiers(device, stop.iommu()));
  }

  private Rule rule(boolean allocating) {
    if (!allocating) {
      return ShareRules.IOMMU_MAP;
    }
    return question.memory() == MemoryKind.NONCONTIG
        ? ShareRules.IOMMU_NONCONTIG
        : ShareRules.IOMMU_ALLOC;
  }

  /** As a devicetree writes them: cells of one entry after each other, entries with commas. */
  private static String specifiers(YardDevice device, String iommu) {
    return device.spec().streams().stream()
        .filter(s -> s.iommu().equals(iommu))
        .map(
            s ->
                s.specifier().stream()
                    .map(cell -> "0x" + Long.toHexString(cell))
                    .collect(Collectors.joining(" ", "<", ">")))
        .collect(Collectors.joining(", "));
  }
}
