package org.bufferyard.yard;

import org.bufferyard.api.event.EventSink;
import org.bufferyard.api.event.KindContext;
import org.bufferyard.api.kernel.KernelProfile;

/**
 * What all contexts share. After {@link #revoke} every method throws: a plug-in that keeps its
 * context beyond its instance learns so at once. Engine thread only.
 */
abstract sealed class RevocableContext implements KindContext
    permits AllocatorSite, IovaSite, IommuSite, DeviceSite {
  private final KernelProfile kernel;
  private final EventSink events;
  private boolean revoked;

  RevocableContext(KernelProfile kernel, EventSink events) {
    this.kernel = kernel;
    this.events = events;
  }

  final void revoke() {
    revoked = true;
  }

  final void check() {
    if (revoked) {
      throw new IllegalStateException("this context was revoked: its instance is closed");
    }
  }

  @Override
  public final KernelProfile kernel() {
    check();
    return kernel;
  }

  @Override
  public final EventSink events() {
    check();
    return events;
  }
}
