package org.bufferyard.platform.draft;

import java.util.List;
import java.util.Objects;
import org.bufferyard.platform.spec.MachineSpec.Architecture;

/**
 * A board before it becomes a model: what takes part in DMA, in the order of the file.
 *
 * @param name what the file calls the board
 * @param compatible most special first
 * @param provenance of the root
 * @param zoneDmaLimit last address of the DMA zone that the file leads to
 * @param memory banks and reserved regions
 * @param nodes buses, IOMMUs and devices at the root
 */
public record BoardDraft(
    String name,
    List<String> compatible,
    Provenance provenance,
    Architecture architecture,
    long zoneDmaLimit,
    DraftMemory memory,
    List<DraftNode> nodes) {
  public BoardDraft {
    Objects.requireNonNull(name, "name");
    compatible = List.copyOf(compatible);
    Objects.requireNonNull(provenance, "provenance");
    Objects.requireNonNull(architecture, "architecture");
    Objects.requireNonNull(memory, "memory");
    nodes = List.copyOf(nodes);
  }
}
