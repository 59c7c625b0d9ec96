package org.bufferyard.yard.guard;

import java.util.List;
import org.bufferyard.api.allocator.AllocatorContext;
import org.bufferyard.api.event.EventSink;
import org.bufferyard.api.kernel.KernelProfile;
import org.bufferyard.api.memory.PhysRange;

/** The context of a page allocator or bounce pool. */
public final class AllocatorSite extends RevocableContext implements AllocatorContext {
  private final List<PhysRange> live;

  public AllocatorSite(
      KernelProfile kernel, EventSink events, Standing standing, List<PhysRange> live) {
    super(kernel, events, standing);
    this.live = List.copyOf(live);
  }

  @Override
  public List<PhysRange> live() {
    check();
    return live;
  }
}
