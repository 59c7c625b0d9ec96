package org.bufferyard.iommu.arm.pgtable;

import java.util.Objects;
import java.util.Set;

/**
 * What a driver asks alloc_io_pgtable_ops() for: {@code struct io_pgtable_cfg}.
 *
 * @param pageSizes sizes in bytes that the hardware has, one bit each
 * @param inputBits ias
 * @param outputBits oas
 * @param coherentWalk whether the walker sees the CPU's caches
 */
public record TableRequest(
    TableFormat format,
    long pageSizes,
    int inputBits,
    int outputBits,
    boolean coherentWalk,
    Set<Quirk> quirks) {
  public TableRequest {
    Objects.requireNonNull(format, "format");
    quirks = Set.copyOf(quirks);
  }

  boolean has(Quirk quirk) {
    return quirks.contains(quirk);
  }

  TableRequest with(long otherPageSizes, int otherInputBits, int otherOutputBits) {
    return new TableRequest(
        format, otherPageSizes, otherInputBits, otherOutputBits, coherentWalk, quirks);
  }
}
