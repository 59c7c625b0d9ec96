package org.bufferyard.api.allocator;

import java.util.List;
import org.bufferyard.api.event.KindContext;
import org.osgi.annotation.versioning.ProviderType;

/**
 * What the yard tells an IOVA allocator when it opens one. Valid until the instance is closed or
 * revoked; a call afterwards throws. Engine thread only.
 */
@ProviderType
public interface IovaContext extends KindContext {
  /** A range that is taken already, in frames. */
  record LiveIova(long pfn, long pages) {}

  /** What mappings hold already, for a successor to adopt; empty on a first start. */
  List<LiveIova> live();
}
