package org.bufferyard.itest.dynamics.plugin;

import org.bufferyard.api.allocator.Allocator;
import org.bufferyard.api.allocator.AllocatorContext;
import org.bufferyard.api.allocator.AllocatorKind;
import org.bufferyard.api.allocator.AllocatorSpec;

/** A plug-in whose component cannot be activated. */
public final class BrittleKind implements AllocatorKind {
  public BrittleKind() {
    throw new IllegalStateException("no such device node");
  }

  @Override
  public Allocator open(AllocatorSpec spec, AllocatorContext context) {
    throw new UnsupportedOperationException("nobody opens it");
  }
}
