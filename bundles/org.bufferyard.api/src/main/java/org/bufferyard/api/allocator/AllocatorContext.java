package org.bufferyard.api.allocator;

import java.util.List;
import org.bufferyard.api.event.KindContext;
import org.bufferyard.api.memory.PhysRange;
import org.osgi.annotation.versioning.ProviderType;

/**
 * What the yard tells an allocator or a bounce pool when it opens one. Valid until the instance is
 * closed or revoked; a call afterwards throws. Engine thread only.
 */
@ProviderType
public interface AllocatorContext extends KindContext {
  /**
   * Ranges that buffers live in already. Empty on a first start.
   *
   * <p>For an allocator: base as it was returned, size as it was requested (page-rounded). For a
   * bounce pool: address as {@link BouncePool#map} returned it, bytes as they were mapped.
   */
  List<PhysRange> live();
}
