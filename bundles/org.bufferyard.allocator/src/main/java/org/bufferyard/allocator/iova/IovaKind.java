package org.bufferyard.allocator.iova;

import org.bufferyard.api.allocator.AdoptionDeclinedException;
import org.bufferyard.api.allocator.IovaAllocator;
import org.bufferyard.api.allocator.IovaAllocatorKind;
import org.bufferyard.api.allocator.IovaContext;
import org.bufferyard.api.allocator.IovaSpec;
import org.bufferyard.api.kernel.Flavour;
import org.bufferyard.api.kernel.Models;
import org.osgi.service.component.annotations.Component;

/** {@code iova}: the kernel's IOVA allocator, drivers/iommu/iova.c (D5, N1), on one CPU. */
@Component
@Models("iova")
@Flavour(Flavour.FIDELITY)
public final class IovaKind implements IovaAllocatorKind {

  @Override
  public IovaAllocator open(IovaSpec spec, IovaContext context) throws AdoptionDeclinedException {
    TopDownIova iova = new TopDownIova(spec, context.kernel());
    for (IovaContext.LiveIova range : context.live()) {
      iova.adopt(range);
    }
    return iova;
  }
}
