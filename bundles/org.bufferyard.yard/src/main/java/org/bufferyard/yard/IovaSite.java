package org.bufferyard.yard;

import java.util.List;
import org.bufferyard.api.allocator.IovaContext;
import org.bufferyard.api.event.EventSink;
import org.bufferyard.api.kernel.KernelProfile;

/** The context of an IOVA allocator on a first start: nothing is live yet. */
final class IovaSite extends RevocableContext implements IovaContext {
  IovaSite(KernelProfile kernel, EventSink events) {
    super(kernel, events);
  }

  @Override
  public List<LiveIova> live() {
    check();
    return List.of();
  }
}
