package org.bufferyard.dma.allocation;

import java.util.List;
import org.bufferyard.api.dma.Allocation.CpuAddress;
import org.bufferyard.api.dma.AllocationSource;
import org.bufferyard.api.memory.PhysRange;

/**
 * Memory found for an allocation, before it has an identity.
 *
 * @param zeroBytes bytes from the start that the kernel clears
 * @param giveBack undoes the mapping and frees the memory
 * @param givePages frees the memory alone: what a free with a wrong handle does
 */
record Placed(
    long handle,
    List<PhysRange> runs,
    AllocationSource source,
    CpuAddress cpu,
    long zeroBytes,
    Runnable giveBack,
    Runnable givePages) {
  Placed {
    runs = List.copyOf(runs);
  }

  /** Memory whose address is not mapped anywhere. */
  Placed(
      long handle,
      List<PhysRange> runs,
      AllocationSource source,
      CpuAddress cpu,
      long zeroBytes,
      Runnable giveBack) {
    this(handle, runs, source, cpu, zeroBytes, giveBack, giveBack);
  }
}
