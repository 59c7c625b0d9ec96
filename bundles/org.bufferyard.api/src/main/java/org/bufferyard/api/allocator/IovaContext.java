package org.bufferyard.api.allocator;

import java.util.List;
import org.bufferyard.api.event.KindContext;
import org.osgi.annotation.versioning.ProviderType;

/** What the yard tells an IOVA allocator. */
@ProviderType
public interface IovaContext extends KindContext {
  /** A range that is taken already, in frames. */
  record LiveIova(long pfn, long pages) {}

  List<LiveIova> live();
}
