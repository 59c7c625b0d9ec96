package org.bufferyard.allocator.cma;

import org.bufferyard.api.allocator.AdoptionDeclinedException;
import org.bufferyard.api.allocator.Allocator;
import org.bufferyard.api.allocator.AllocatorContext;
import org.bufferyard.api.allocator.AllocatorKind;
import org.bufferyard.api.allocator.AllocatorSpec;
import org.bufferyard.api.kernel.Flavour;
import org.bufferyard.api.kernel.Models;
import org.osgi.service.component.annotations.Component;

/** {@code cma}: contiguous memory areas, mm/cma.c (B5, B6). One region or several, no parameters. */
@Component
@Models("cma")
@Flavour(Flavour.FIDELITY)
public final class CmaKind implements AllocatorKind {

  @Override
  public Allocator open(AllocatorSpec spec, AllocatorContext context)
      throws AdoptionDeclinedException {
    return new CmaArea(spec, context.live());
  }
}
