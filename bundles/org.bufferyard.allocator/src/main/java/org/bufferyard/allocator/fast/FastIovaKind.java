package org.bufferyard.allocator.fast;

import org.bufferyard.api.allocator.AdoptionDeclinedException;
import org.bufferyard.api.allocator.IovaAllocator;
import org.bufferyard.api.allocator.IovaAllocatorKind;
import org.bufferyard.api.allocator.IovaContext;
import org.bufferyard.api.allocator.IovaSpec;
import org.bufferyard.api.kernel.Flavour;
import org.bufferyard.api.kernel.Models;
import org.osgi.service.component.annotations.Component;

/** IOVA ranges placed anywhere legal, from the bottom up. */
@Component
@Models("iova")
@Flavour(Flavour.FAST)
public final class FastIovaKind implements IovaAllocatorKind {

  @Override
  public IovaAllocator open(IovaSpec spec, IovaContext context) throws AdoptionDeclinedException {
    WindowedIova iova = new WindowedIova(spec);
    for (IovaContext.LiveIova range : context.live()) {
      iova.adopt(range);
    }
    return iova;
  }
}
