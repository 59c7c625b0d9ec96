package org.bufferyard.api.contract;

import java.util.List;
import org.bufferyard.api.allocator.IovaContext;
import org.bufferyard.api.event.EventSink;
import org.bufferyard.api.kernel.KernelProfile;

/** A yard's word to an IOVA allocator, fixed for a test. */
public record PlainIovaContext(KernelProfile kernel, EventSink events, List<LiveIova> live)
    implements IovaContext {

  /** The default kernel, events kept, these ranges live. */
  public static PlainIovaContext of(List<LiveIova> live) {
    return new PlainIovaContext(KernelProfile.DEFAULT, new RecordedEvents(), live);
  }
}
