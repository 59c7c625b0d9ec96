package org.bufferyard.api.device;

import java.util.Objects;
import java.util.OptionalLong;

/**
 * What devicetree does not say and the driver decides. Each fact has a source, and an unknown driver
 * says so.
 *
 * @param driver name, or {@code "unknown"}
 * @param exporterOps ops the driver exports with, such as {@code "vb2-contig"}
 * @param importPath the framework code it imports through
 * @param dmaMask mask the driver sets for streaming and coherent; empty: the default stays
 * @param maxSegmentSize bytes the driver sets; empty: 65536 stays
 * @param pools when the driver takes its device's reserved regions
 * @param source file and function, or the reason for an assumption
 */
public record DriverFacts(
    String driver,
    String exporterOps,
    ImportPath importPath,
    OptionalLong dmaMask,
    OptionalLong maxSegmentSize,
    PoolUse pools,
    String source) {

  public DriverFacts {
    Objects.requireNonNull(driver, "driver");
    Objects.requireNonNull(exporterOps, "exporterOps");
    Objects.requireNonNull(importPath, "importPath");
    Objects.requireNonNull(pools, "pools");
    Objects.requireNonNull(source, "source");
  }

  /** A driver that takes reserved regions whenever there are any. */
  public DriverFacts(
      String driver,
      String exporterOps,
      ImportPath importPath,
      OptionalLong dmaMask,
      OptionalLong maxSegmentSize,
      String source) {
    this(driver, exporterOps, importPath, dmaMask, maxSegmentSize, PoolUse.ALWAYS, source);
  }

  /** A driver that nobody described: contiguous vb2, default masks. */
  public static DriverFacts unknown() {
    return new DriverFacts(
        "unknown",
        "vb2-contig",
        ImportPath.VB2_DMA_CONTIG,
        OptionalLong.empty(),
        OptionalLong.empty(),
        "unknown driver, assumed videobuf2-dma-contig with default masks");
  }
}
