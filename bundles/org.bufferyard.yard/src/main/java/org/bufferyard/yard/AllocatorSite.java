package org.bufferyard.yard;

import java.util.List;
import org.bufferyard.api.allocator.AllocatorContext;
import org.bufferyard.api.event.EventSink;
import org.bufferyard.api.kernel.KernelProfile;
import org.bufferyard.api.memory.PhysRange;

/** The context of a page allocator or bounce pool on a first start: nothing is live yet. */
final class AllocatorSite extends RevocableContext implements AllocatorContext {
  AllocatorSite(KernelProfile kernel, EventSink events) {
    super(kernel, events);
  }

  @Override
  public List<PhysRange> live() {
    check();
    return List.of();
  }
}
