package org.bufferyard.platform.yard;

import java.util.Optional;
import org.bufferyard.api.dma.Dma;
import org.bufferyard.api.dmabuf.DmaBufOpsKind;
import org.bufferyard.api.event.KindContext;
import org.bufferyard.api.memory.PageHazards;
import org.osgi.annotation.versioning.ProviderType;

/** What a yard gives its dma-buf core. Engine thread only. */
@ProviderType
public interface DmaBufEngineContext extends KindContext {
  Dma dma();

  PageHazards hazards();

  /** The ops kind of that name, as the registry chose it. */
  Optional<DmaBufOpsKind> ops(String name);

  /** Names that {@link #ops} knows, for messages. */
  java.util.List<String> opsNames();

  /** Virtual time, ns. */
  long nowNanos();
}
