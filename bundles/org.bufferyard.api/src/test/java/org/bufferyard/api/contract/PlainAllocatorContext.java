package org.bufferyard.api.contract;

import java.util.List;
import org.bufferyard.api.allocator.AllocatorContext;
import org.bufferyard.api.event.EventSink;
import org.bufferyard.api.kernel.KernelProfile;
import org.bufferyard.api.memory.PhysRange;

/** A yard's word to an allocator or bounce pool, fixed for a test. */
public record PlainAllocatorContext(KernelProfile kernel, EventSink events, List<PhysRange> live)
    implements AllocatorContext {

  /** The default kernel, events kept, these ranges live. */
  public static PlainAllocatorContext of(List<PhysRange> live) {
    return new PlainAllocatorContext(KernelProfile.DEFAULT, new RecordedEvents(), live);
  }
}
