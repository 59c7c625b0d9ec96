package org.bufferyard.allocator.buddy;

import org.bufferyard.api.allocator.AdoptionDeclinedException;
import org.bufferyard.api.allocator.Allocator;
import org.bufferyard.api.allocator.AllocatorContext;
import org.bufferyard.api.allocator.AllocatorKind;
import org.bufferyard.api.allocator.AllocatorSpec;
import org.bufferyard.api.kernel.Flavour;
import org.bufferyard.api.kernel.Models;
import org.osgi.service.component.annotations.Component;

/**
 * {@code buddy}: the page allocator of System RAM, mm/page_alloc.c (B7.5).
 *
 * <p>Parameters: {@code max-order}, the largest block (MAX_PAGE_ORDER, default 10: 4 MiB); {@code
 * zone-boundaries}, ascending addresses that part the zones, comma-separated (default {@code
 * 0x100000000}: below and above 4 GiB).
 */
@Component
@Models("buddy")
@Flavour(Flavour.FIDELITY)
public final class BuddyKind implements AllocatorKind {

  @Override
  public Allocator open(AllocatorSpec spec, AllocatorContext context)
      throws AdoptionDeclinedException {
    return new BuddyAllocator(spec, context.live());
  }
}
