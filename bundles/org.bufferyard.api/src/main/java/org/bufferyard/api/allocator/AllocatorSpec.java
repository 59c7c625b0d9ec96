package org.bufferyard.api.allocator;

import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.bufferyard.api.memory.PhysRange;

/**
 * What an allocator manages.
 *
 * @param id of the pool or zone
 * @param model the string by which the topology asks for the kind
 * @param regions page-aligned, ascending, disjoint
 * @param parameters of the kind, such as {@code "alignment-order"}
 */
public record AllocatorSpec(
    String id, String model, List<PhysRange> regions, Map<String, String> parameters) {
  public AllocatorSpec {
    Objects.requireNonNull(id, "id");
    Objects.requireNonNull(model, "model");
    regions = List.copyOf(regions);
    parameters = Map.copyOf(parameters);
  }
}
