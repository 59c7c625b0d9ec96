package org.bufferyard.yard.guard;

import java.util.List;
import org.bufferyard.api.allocator.IovaContext;
import org.bufferyard.api.event.EventSink;
import org.bufferyard.api.kernel.KernelProfile;

/** The context of an IOVA allocator. */
public final class IovaSite extends RevocableContext implements IovaContext {
  private final List<LiveIova> live;

  public IovaSite(KernelProfile kernel, EventSink events, Standing standing, List<LiveIova> live) {
    super(kernel, events, standing);
    this.live = List.copyOf(live);
  }

  @Override
  public List<LiveIova> live() {
    check();
    return live;
  }
}
