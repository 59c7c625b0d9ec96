package org.bufferyard.allocator.coherent;

import org.bufferyard.api.allocator.AdoptionDeclinedException;
import org.bufferyard.api.allocator.Allocator;
import org.bufferyard.api.allocator.AllocatorContext;
import org.bufferyard.api.allocator.AllocatorKind;
import org.bufferyard.api.allocator.AllocatorSpec;
import org.bufferyard.api.kernel.Flavour;
import org.bufferyard.api.kernel.Models;
import org.osgi.service.component.annotations.Component;

/**
 * {@code coherent-pool}: per-device coherent memory, kernel/dma/coherent.c (B3). One region, no
 * parameters.
 */
@Component
@Models("coherent-pool")
@Flavour(Flavour.FIDELITY)
public final class CoherentPoolKind implements AllocatorKind {

  @Override
  public Allocator open(AllocatorSpec spec, AllocatorContext context)
      throws AdoptionDeclinedException {
    if (spec.regions().size() != 1) {
      throw new IllegalArgumentException(
          spec.id() + ": a coherent pool is one region, not " + spec.regions().size());
    }
    return new CoherentPool(spec, context.live());
  }
}
