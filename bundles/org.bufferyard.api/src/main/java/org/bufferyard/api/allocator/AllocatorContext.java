package org.bufferyard.api.allocator;

import java.util.List;
import org.bufferyard.api.event.KindContext;
import org.bufferyard.api.memory.PhysRange;
import org.osgi.annotation.versioning.ProviderType;

/** What the yard tells an allocator. */
@ProviderType
public interface AllocatorContext extends KindContext {
  /**
   * Ranges that buffers live in already, sizes as they were requested (page-rounded). Empty on a
   * first start.
   */
  List<PhysRange> live();
}
