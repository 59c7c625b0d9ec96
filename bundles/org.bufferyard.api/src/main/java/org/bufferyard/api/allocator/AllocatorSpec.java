package org.bufferyard.api.allocator;

import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.bufferyard.api.memory.PageRef;
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
    PhysRange previous = null;
    for (PhysRange region : regions) {
      if (((region.base() | region.size()) & (PageRef.SIZE - 1)) != 0) {
        throw new IllegalArgumentException(id + ": region " + region + " is not whole pages");
      }
      if (previous != null && Long.compareUnsigned(previous.last(), region.base()) >= 0) {
        throw new IllegalArgumentException(
            id + ": regions " + previous + " and " + region + " are not ascending and disjoint");
      }
      previous = region;
    }
  }
}
