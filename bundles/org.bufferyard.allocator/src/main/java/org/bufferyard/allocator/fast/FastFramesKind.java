package org.bufferyard.allocator.fast;

import org.bufferyard.api.allocator.AdoptionDeclinedException;
import org.bufferyard.api.allocator.Allocator;
import org.bufferyard.api.allocator.AllocatorContext;
import org.bufferyard.api.allocator.AllocatorKind;
import org.bufferyard.api.allocator.AllocatorSpec;
import org.bufferyard.api.kernel.Flavour;
import org.bufferyard.api.kernel.Models;
import org.osgi.service.component.annotations.Component;

/** Frames of zones, CMA areas and coherent pools, placed anywhere legal. No parameters. */
@Component
@Models({"buddy", "cma", "coherent-pool"})
@Flavour(Flavour.FAST)
public final class FastFramesKind implements AllocatorKind {

  @Override
  public Allocator open(AllocatorSpec spec, AllocatorContext context)
      throws AdoptionDeclinedException {
    return new NextFitFrames(spec, context.live());
  }
}
