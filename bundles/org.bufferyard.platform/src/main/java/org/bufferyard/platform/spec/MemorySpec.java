package org.bufferyard.platform.spec;

import java.util.Objects;
import org.bufferyard.api.memory.PhysRange;

/**
 * One bank of RAM.
 *
 * @param id of its model element
 * @param range in physical addresses, bytes
 */
public record MemorySpec(String id, PhysRange range) {
  public MemorySpec {
    Objects.requireNonNull(id, "id");
    Objects.requireNonNull(range, "range");
  }
}
