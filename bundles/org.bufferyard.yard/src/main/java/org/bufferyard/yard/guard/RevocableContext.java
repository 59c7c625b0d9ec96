package org.bufferyard.yard.guard;

import org.bufferyard.api.event.EventSink;
import org.bufferyard.api.event.KindContext;
import org.bufferyard.api.kernel.KernelProfile;

/**
 * What all contexts share. After {@link #revoke} every method throws: a plug-in that keeps its
 * context beyond its instance learns so at once, and so does one that hung, on whatever thread it
 * comes back.
 */
abstract sealed class RevocableContext implements KindContext
    permits AllocatorSite, IovaSite, IommuSite, DeviceSite, OpsSite {
  private final KernelProfile kernel;
  private final EventSink events;
  private final Standing standing;
  private volatile boolean revoked;

  RevocableContext(KernelProfile kernel, EventSink events, Standing standing) {
    this.kernel = kernel;
    this.events = events;
    this.standing = standing;
  }

  final void revoke() {
    revoked = true;
  }

  final void check() {
    if (revoked) {
      throw new IllegalStateException("this context was revoked: its instance is closed");
    }
    if (standing.isCutOff()) {
      throw new IllegalStateException("this context was revoked: its plug-in hung");
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
