package org.bufferyard.platform.yard;

import java.util.List;
import java.util.Optional;
import org.bufferyard.api.dma.Dma;
import org.bufferyard.api.dma.DmaDevice;
import org.bufferyard.api.dmabuf.DmaBufOpsKind;
import org.bufferyard.api.event.KindContext;
import org.bufferyard.api.memory.PageHazards;
import org.bufferyard.api.memory.PhysMemory;
import org.bufferyard.platform.spec.MachineSpec;
import org.osgi.annotation.versioning.ProviderType;

/** What a yard gives its dma-buf core. Engine thread only. */
@ProviderType
public interface DmaBufEngineContext extends KindContext {
  Dma dma();

  PageHazards hazards();

  PhysMemory memory();

  /** Memory through the mappings of the CPU. */
  CpuCache cache();

  /** The page allocator's zones, lowest first. */
  List<DmaEngineContext.Zone> zones();

  /** CMA areas of the board, in its order, the default one included. */
  List<YardDevice.Pool> cmaAreas();

  Optional<YardDevice.Pool> defaultCma();

  /**
   * The device behind a driver that has no hardware ({@code struct miscdevice}): direct DMA, 64-bit
   * masks, no memory of its own. The same object for the same name.
   */
  DmaDevice miscDevice(String name);

  /**
   * The ops kind of that name, as the registry chose it.
   *
   * @throws org.bufferyard.platform.input.BadInputException when there is none; the kernel has no
   *     errno for ops that were never built
   */
  DmaBufOpsKind ops(String name);

  /** Which checkers the kernel was built with. */
  MachineSpec.Debugging debugging();

  /** CONFIG_DMABUF_MOVE_NOTIFY; kernels from 7.0 on have no such choice. */
  boolean moveNotify();

  /** Virtual time, ns. */
  long nowNanos();
}
