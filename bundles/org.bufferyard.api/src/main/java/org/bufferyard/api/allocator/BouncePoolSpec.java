package org.bufferyard.api.allocator;

import java.util.Objects;
import org.bufferyard.api.memory.PhysRange;

/**
 * One bounce pool ({@code struct io_tlb_pool}).
 *
 * @param region whole 2 KiB slots
 * @param areas power of two; 1 for one CPU and for restricted pools (E1, E7)
 */
public record BouncePoolSpec(String id, String model, PhysRange region, int areas) {
  /** Bytes of a slot, 1 << IO_TLB_SHIFT. */
  public static final int SLOT_BYTES = 2048;

  /** Slots of a segment, IO_TLB_SEGSIZE: the longest contiguous bounce. */
  public static final int SEGMENT_SLOTS = 128;

  public BouncePoolSpec {
    Objects.requireNonNull(id, "id");
    Objects.requireNonNull(model, "model");
    Objects.requireNonNull(region, "region");
    if (areas < 1 || Integer.bitCount(areas) != 1 || region.size() % SLOT_BYTES != 0) {
      throw new IllegalArgumentException(
          "bounce pool " + id + ": " + areas + " areas, " + region.size() + " bytes");
    }
  }

  public long slots() {
    return region.size() / SLOT_BYTES;
  }
}
