package org.bufferyard.platform.draft;

import java.util.Objects;

/**
 * Where an element comes from.
 *
 * @param file name without its folder; of a source with the line, such as {@code board.dtsi:12}
 * @param nodePath full path of the devicetree node, such as {@code /soc/codec@13400000}
 */
public record Provenance(String file, String nodePath) {
  public Provenance {
    Objects.requireNonNull(file, "file");
    Objects.requireNonNull(nodePath, "nodePath");
  }
}
