package org.bufferyard.allocator;

import java.util.List;
import java.util.Map;
import org.bufferyard.allocator.buddy.BuddyKind;
import org.bufferyard.allocator.cma.CmaKind;
import org.bufferyard.allocator.coherent.CoherentPoolKind;
import org.bufferyard.allocator.fast.FastFramesKind;
import org.bufferyard.allocator.fast.FastIovaKind;
import org.bufferyard.allocator.iova.IovaKind;
import org.bufferyard.allocator.swiotlb.SwiotlbKind;
import org.bufferyard.api.allocator.AllocatorKind;
import org.bufferyard.api.allocator.AllocatorSpec;
import org.bufferyard.api.allocator.BouncePoolKind;
import org.bufferyard.api.allocator.BouncePoolSpec;
import org.bufferyard.api.allocator.IovaAllocatorKind;
import org.bufferyard.api.contract.AllocatorWalk;
import org.bufferyard.api.contract.BounceWalk;
import org.bufferyard.api.contract.IovaWalk;
import org.bufferyard.api.memory.PhysRange;
import org.junit.jupiter.api.Nested;

/** Every book of this bundle beside a plain one, in both flavours. */
final class RandomHistoriesTest {
  private static final AllocatorSpec BANKS =
      new AllocatorSpec(
          "banks",
          "walk",
          List.of(
              new PhysRange(0x4000_0000L, 1 << 20),
              new PhysRange(0x5000_0000L, 150 << 12),
              new PhysRange(0x1_0000_0000L, 33 << 12)),
          Map.of());

  @Nested
  final class Buddy extends AllocatorWalk {
    @Override
    protected AllocatorKind kind() {
      return new BuddyKind();
    }

    @Override
    protected AllocatorSpec spec() {
      return BANKS;
    }
  }

  @Nested
  final class Cma extends AllocatorWalk {
    @Override
    protected AllocatorKind kind() {
      return new CmaKind();
    }

    @Override
    protected AllocatorSpec spec() {
      return BANKS;
    }
  }

  @Nested
  final class CoherentPool extends AllocatorWalk {
    @Override
    protected AllocatorKind kind() {
      return new CoherentPoolKind();
    }
  }

  @Nested
  final class FastFrames extends AllocatorWalk {
    @Override
    protected AllocatorKind kind() {
      return new FastFramesKind();
    }

    @Override
    protected AllocatorSpec spec() {
      return BANKS;
    }
  }

  @Nested
  final class Swiotlb extends BounceWalk {
    @Override
    protected BouncePoolKind kind() {
      return new SwiotlbKind();
    }
  }

  @Nested
  final class SwiotlbOfFourAreas extends BounceWalk {
    @Override
    protected BouncePoolKind kind() {
      return new SwiotlbKind();
    }

    @Override
    protected BouncePoolSpec spec() {
      return new BouncePoolSpec("areas", "walk", new PhysRange(0x7800_0000L, 1 << 20), 4);
    }
  }

  @Nested
  final class Iova extends IovaWalk {
    @Override
    protected IovaAllocatorKind kind() {
      return new IovaKind();
    }
  }

  @Nested
  final class FastIova extends IovaWalk {
    @Override
    protected IovaAllocatorKind kind() {
      return new FastIovaKind();
    }
  }
}
