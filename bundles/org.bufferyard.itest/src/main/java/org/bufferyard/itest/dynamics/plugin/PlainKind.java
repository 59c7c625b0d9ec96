package org.bufferyard.itest.dynamics.plugin;

import org.bufferyard.api.allocator.Allocator;
import org.bufferyard.api.allocator.AllocatorContext;
import org.bufferyard.api.allocator.AllocatorKind;
import org.bufferyard.api.allocator.AllocatorSpec;

/** A plug-in in a bundle of its own, which says whether its component is active. */
public final class PlainKind implements AllocatorKind {
  private volatile boolean deactivated;

  /** Called by SCR. */
  public void deactivate() {
    deactivated = true;
  }

  @Override
  public Allocator open(AllocatorSpec spec, AllocatorContext context) {
    throw new UnsupportedOperationException("nobody opens it");
  }

  @Override
  public String toString() {
    return deactivated ? "deactivated" : "active";
  }
}
