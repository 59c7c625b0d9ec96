package org.bufferyard.dma;

import static org.bufferyard.api.dma.DmaAddress.hex;

import org.bufferyard.api.dma.DmaDirection;
import org.bufferyard.api.event.DmaEvent;
import org.bufferyard.api.memory.PageBacking;
import org.bufferyard.api.memory.PhysMemory;
import org.bufferyard.platform.yard.YardDevice;

/**
 * CPU cache maintenance for non-coherent devices, as arm64 does it (C9): clean to the point of
 * coherency for the device in every direction, invalidate for the CPU unless TO_DEVICE. Coherent
 * devices: nothing.
 */
final class CacheUpkeep {
  private final PhysMemory memory;
  private final Trail trail;

  CacheUpkeep(PhysMemory memory, Trail trail) {
    this.memory = memory;
    this.trail = trail;
  }

  /** arch_sync_dma_for_device(). */
  void forDevice(YardDevice device, long phys, long size) {
    if (device.isCoherent() || size == 0) {
      return;
    }
    checkAlias(device, phys);
    if (trail.on()) {
      trail.emit(new DmaEvent.CacheCleaned(device.id(), phys, size));
    }
  }

  /** arch_sync_dma_for_cpu(). */
  void forCpu(YardDevice device, long phys, long size, DmaDirection direction) {
    if (device.isCoherent() || size == 0 || direction == DmaDirection.TO_DEVICE) {
      return;
    }
    checkAlias(device, phys);
    if (trail.on()) {
      trail.emit(new DmaEvent.CacheInvalidated(device.id(), phys, size));
    }
  }

  /** arch_dma_prep_coherent(): the old cached alias of fresh coherent memory. */
  void prepareCoherent(YardDevice device, long phys, long size) {
    if (trail.on()) {
      trail.emit(new DmaEvent.CacheCleaned(device.id(), phys, size));
    }
  }

  /** Emulated kernels survive this; the cores of a real arm64 take a translation fault. */
  private void checkAlias(YardDevice device, long phys) {
    if (trail.on() && memory.backing(phys) != PageBacking.LINEAR) {
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
