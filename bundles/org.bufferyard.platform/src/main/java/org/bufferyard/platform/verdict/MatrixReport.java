package org.bufferyard.platform.verdict;

import java.util.List;
import java.util.Optional;

/**
 * The verdict of every exporter, importer and kind of memory.
 *
 * @param board name
 * @param kernel profile name
 */
public record MatrixReport(String board, String kernel, List<Cell> cells) {

  /**
   * One pair.
   *
   * @param exporter device id
   * @param importer device id
   * @param verdict empty where the exporter has no such memory
   * @param stopped whether it is Bufferyard that could not follow the kernel ({@link Share#stop})
   * @param note errno that user space sees, or why it stopped or there is no verdict; else empty
   */
  public record Cell(
      String policy,
      MemoryKind memory,
      String exporter,
      String importer,
      Optional<Verdict> verdict,
      boolean stopped,
      String note,
      int hazards) {}

  public MatrixReport {
    cells = List.copyOf(cells);
  }
}
