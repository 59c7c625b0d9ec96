package org.bufferyard.platform.yard;

import java.util.List;
import java.util.Optional;
import org.bufferyard.api.allocator.Allocator;
import org.bufferyard.api.dma.DmaDevice;
import org.bufferyard.api.event.KindContext;
import org.bufferyard.api.memory.PageHazards;
import org.bufferyard.api.memory.PhysMemory;
import org.bufferyard.api.memory.PhysRange;
import org.bufferyard.platform.spec.PlatformSpec;
import org.osgi.annotation.versioning.ProviderType;

/** What a yard gives its DMA engine. Engine thread only. */
@ProviderType
public interface DmaEngineContext extends KindContext {
  PlatformSpec spec();

  PhysMemory memory();

  /** Memory through the mappings of the CPU. */
  CpuCache cache();

  MappingLedger ledger();

  Placements placements();

  PageHazards hazards();

  /** The yard's object behind a device handle. */
  YardDevice device(DmaDevice device);

  /**
   * The page allocator's zones, lowest first.
   *
   * @param name DMA, DMA32 or NORMAL
   */
  record Zone(String name, List<PhysRange> ranges, Allocator allocator) {}

  List<Zone> zones();

  /** The default CMA area. */
  Optional<YardDevice.Pool> defaultCma();

  /** The global coherent pool (linux,dma-default), B7.2. */
  Optional<YardDevice.Pool> globalPool();

  /** The device that has a register window at that address. */
  Optional<YardDevice> registersAt(long phys);

  /** The default bounce pool; empty when off. */
  Optional<BounceArea> defaultBounce();
}
