package org.bufferyard.platform.yard;

import org.bufferyard.api.dma.Dma;
import org.bufferyard.api.dmabuf.DmaBufOpsKind;
import org.bufferyard.api.event.KindContext;
import org.bufferyard.api.memory.PageHazards;
import org.bufferyard.platform.spec.MachineSpec;
import org.osgi.annotation.versioning.ProviderType;

/** What a yard gives its dma-buf core. Engine thread only. */
@ProviderType
public interface DmaBufEngineContext extends KindContext {
  Dma dma();

  PageHazards hazards();

  /**
   * The ops kind of that name, as the registry chose it.
   *
   * @throws org.bufferyard.platform.input.BadInputException when there is none; the kernel has no
   *     errno for ops that were never built
   */
  DmaBufOpsKind ops(String name);

  /** Which checkers the kernel was built with. */
  MachineSpec.Debugging debugging();

  /** Virtual time, ns. */
  long nowNanos();
}
