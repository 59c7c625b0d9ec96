package org.bufferyard.platform.spec;

import java.util.Objects;
import org.bufferyard.api.memory.PhysRange;

/**
 * A reserved region.
 *
 * @param allocator the string by which an allocator kind is chosen, such as {@code "coherent-pool"}
 * @param noMap the region left System RAM: no linear mapping
 * @param exclusive 4.x DMA_MEMORY_EXCLUSIVE (B2); devicetree pools are
 * @param isDefault {@code linux,cma-default} or {@code linux,dma-default}
 * @param placed whether a dynamic region was placed by us (B4b)
 */
public record PoolSpec(
    String id,
    String name,
    PhysRange range,
    Kind kind,
    String allocator,
    boolean noMap,
    boolean exclusive,
    boolean isDefault,
    boolean placed) {

  /** What the kernel makes of it. */
  public enum Kind {
    /** Per-device coherent pool: shared-dma-pool without {@code reusable}. */
    COHERENT,
    /** Shared-dma-pool with {@code reusable}. */
    CMA,
    /** restricted-dma-pool. */
    RESTRICTED,
    /** Reserved for something else. */
    RESERVED
  }

  public PoolSpec {
    Objects.requireNonNull(id, "id");
    Objects.requireNonNull(name, "name");
    Objects.requireNonNull(range, "range");
    Objects.requireNonNull(kind, "kind");
    Objects.requireNonNull(allocator, "allocator");
  }

  /** The same region declared {@code reusable}: CMA, with pages. */
  public PoolSpec reusable() {
    return new PoolSpec(id, name, range, Kind.CMA, "cma", false, exclusive, false, placed);
  }

  /** The same pool elsewhere. */
  public PoolSpec at(PhysRange other) {
    return new PoolSpec(id, name, other, kind, allocator, noMap, exclusive, isDefault, placed);
  }
}
