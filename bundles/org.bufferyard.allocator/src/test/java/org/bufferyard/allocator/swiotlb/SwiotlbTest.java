package org.bufferyard.allocator.swiotlb;

import org.bufferyard.api.allocator.BouncePoolKind;
import org.bufferyard.api.allocator.BouncePoolSpec;
import org.bufferyard.api.contract.BouncePoolContract;
import org.bufferyard.api.memory.PhysRange;
import org.junit.jupiter.api.Nested;

final class SwiotlbTest extends BouncePoolContract {
  @Override
  protected BouncePoolKind kind() {
    return new SwiotlbKind();
  }

  /** Four areas of 128 slots. */
  @Nested
  final class WithAreas extends BouncePoolContract {
    @Override
    protected BouncePoolKind kind() {
      return new SwiotlbKind();
    }

    @Override
    protected BouncePoolSpec spec() {
      return new BouncePoolSpec("areas", "swiotlb", new PhysRange(0x7800_0000L, 1L << 20), 4);
    }
  }
}
