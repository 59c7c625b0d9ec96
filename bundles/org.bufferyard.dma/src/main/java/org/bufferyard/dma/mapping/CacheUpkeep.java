package org.bufferyard.dma.mapping;

import static org.bufferyard.api.dma.DmaAddress.hex;

import java.util.function.LongPredicate;
import org.bufferyard.api.dma.DmaDirection;
import org.bufferyard.api.event.DmaEvent;
import org.bufferyard.api.memory.PhysMemory;
import org.bufferyard.platform.spec.MachineSpec.Architecture;
import org.bufferyard.platform.yard.CpuCache;
import org.bufferyard.platform.yard.YardDevice;

/**
 * CPU cache maintenance for non-coherent devices, by architecture. arm64 cleans to the point of
 * coherency for the device in every direction, arm invalidates FROM_DEVICE; both invalidate for the
 * CPU unless TO_DEVICE (C9). Coherent devices: nothing.
 */
public final class CacheUpkeep {
  private final Architecture architecture;
  private final PhysMemory memory;
  private final CpuCache cache;
  private final LongPredicate registers;
  private final Trail trail;

  /**
   * @param registers whether a device has registers at an address
   */
  public CacheUpkeep(
      Architecture architecture,
      PhysMemory memory,
      CpuCache cache,
      LongPredicate registers,
      Trail trail) {
    this.architecture = architecture;
    this.memory = memory;
    this.cache = cache;
    this.registers = registers;
    this.trail = trail;
  }

  /** arch_sync_dma_for_device(). */
  public void forDevice(YardDevice device, long phys, long size, DmaDirection direction) {
    if (device.isCoherent() || size == 0) {
      return;
    }
    checkAlias(device, phys);
    // arch/arm/mm/dma-mapping.c: __dma_page_cpu_to_dev() drops what the device will overwrite.
    if (architecture == Architecture.ARM && direction == DmaDirection.FROM_DEVICE) {
      invalidate(device, phys, size);
    } else {
      clean(device, phys, size);
    }
  }

  /** arch_sync_dma_for_cpu(). */
  public void forCpu(YardDevice device, long phys, long size, DmaDirection direction) {
    if (device.isCoherent() || size == 0 || direction == DmaDirection.TO_DEVICE) {
      return;
    }
    checkAlias(device, phys);
    invalidate(device, phys, size);
  }

  /** arch_dma_prep_coherent(): the old cached alias of fresh coherent memory. */
  public void prepareCoherent(YardDevice device, long phys, long size) {
    clean(device, phys, size);
  }

  private void clean(YardDevice device, long phys, long size) {
    cache.clean(phys, size);
    if (trail.on()) {
      trail.emit(new DmaEvent.CacheCleaned(device.id(), phys, size));
    }
  }

  private void invalidate(YardDevice device, long phys, long size) {
    cache.invalidate(phys, size);
    if (trail.on()) {
      trail.emit(new DmaEvent.CacheInvalidated(device.id(), phys, size));
    }
  }

  /**
   * Emulated kernels survive this; the cores of a real arm64 take a translation fault. Pages in registers
   * are peer-to-peer memory, which has a linear mapping.
   */
  private void checkAlias(YardDevice device, long phys) {
    if (trail.on() && !memory.backing(phys).hasLinearMapping() && !registers.test(phys)) {
      trail.hazard(
          MappingRules.CACHE_OF_NO_PAGE,
          device.id(),
          "cache maintenance for "
              + device.name()
              + " on "
              + hex(phys)
              + ", which has no linear mapping: a real core faults in dcache_clean_poc");
    }
  }
}
