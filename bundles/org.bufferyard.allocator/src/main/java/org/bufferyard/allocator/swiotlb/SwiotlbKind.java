package org.bufferyard.allocator.swiotlb;

import org.bufferyard.api.allocator.AdoptionDeclinedException;
import org.bufferyard.api.allocator.AllocatorContext;
import org.bufferyard.api.allocator.BouncePool;
import org.bufferyard.api.allocator.BouncePoolKind;
import org.bufferyard.api.allocator.BouncePoolSpec;
import org.bufferyard.api.kernel.Models;
import org.bufferyard.api.memory.PhysRange;
import org.osgi.service.component.annotations.Component;

/**
 * {@code swiotlb}: the kernel's bounce buffers, kernel/dma/swiotlb.c (E1, E3, E4). Both flavours: the
 * kernel's own search goes on where it ended and looks at a few words, and nothing legal is faster.
 */
@Component
@Models("swiotlb")
public final class SwiotlbKind implements BouncePoolKind {

  @Override
  public BouncePool open(BouncePoolSpec spec, AllocatorContext context)
      throws AdoptionDeclinedException {
    SwiotlbPool pool = new SwiotlbPool(spec, context);
    for (PhysRange range : context.live()) {
      pool.adopt(range);
    }
    return pool;
  }
}
