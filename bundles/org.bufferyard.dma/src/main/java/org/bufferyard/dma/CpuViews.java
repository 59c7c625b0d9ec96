package org.bufferyard.dma;

import java.util.Optional;
import org.bufferyard.api.dma.Allocation;
import org.bufferyard.api.dma.Allocation.CpuAddress;
import org.bufferyard.api.dma.Dma.MapResult;
import org.bufferyard.api.dma.DmaAttr;
import org.bufferyard.api.dma.DmaAttrs;
import org.bufferyard.api.kernel.Errno;
import org.bufferyard.api.kernel.Rule;
import org.bufferyard.api.memory.CpuMapping;
import org.bufferyard.api.memory.PageRef;
import org.bufferyard.api.memory.Pgprot;
import org.bufferyard.api.memory.PhysMemory;
import org.bufferyard.platform.spec.MachineSpec;
import org.bufferyard.platform.yard.YardDevice;

/** The CPU's mappings of allocations: the kernel's own and dma_mmap_attrs() (B8, C2-C4). */
final class CpuViews {
  private final MachineSpec machine;
  private final PhysMemory memory;
  private final Trail trail;

  CpuViews(MachineSpec machine, PhysMemory memory, Trail trail) {
    this.machine = machine;
    this.memory = memory;
    this.trail = trail;
  }

  /** dma_pgprot(). */
  static Pgprot pgprot(YardDevice device, DmaAttrs attrs) {
    if (device.isCoherent()) {
      return Pgprot.CACHED;
    }
    return attrs.has(DmaAttr.WRITE_COMBINE) ? Pgprot.WRITE_COMBINE : Pgprot.DMA_COHERENT;
  }

  boolean canMmap(YardDevice device) {
    return Masks.dmaDomain(device).isPresent()
        || device.isCoherent()
        || machine.nonCoherentMmap();
  }

  MapResult mmap(YardDevice device, Allocation allocation, long pageOffset, long sizeBytes) {
    long count = Pages.count(allocation.sizeBytes());
    long wanted = Pages.count(sizeBytes);
    boolean inside =
        Long.compareUnsigned(pageOffset, count) < 0
            && Long.compareUnsigned(wanted, count - pageOffset) <= 0;
    if (trail.on()) {
      trail.decided(
          rule(device, allocation),
          device.id(),
          wanted
              + " pages from page "
              + Long.toUnsignedString(pageOffset)
              + " of "
              + count
              + (inside ? " mapped " + pgprot(device, allocation.attrs()) : ": -ENXIO"),
          "pages",
          Long.toUnsignedString(wanted),
          "page_offset",
          Long.toUnsignedString(pageOffset),
          "count",
          Long.toString(count));
    }
    if (!inside) {
      return MapResult.failed(Errno.ENXIO.rc());
    }
    return MapResult.of(
        new CpuView(
            memory,
            allocation.runs(),
            pageOffset << PageRef.SHIFT,
            wanted << PageRef.SHIFT,
            pgprot(device, allocation.attrs())));
  }

  private static Rule rule(YardDevice device, Allocation allocation) {
    if (allocation.source().isCoherentPool()) {
      return CpuRules.MMAP_POOL;
    }
    return Masks.dmaDomain(device).isPresent() ? CpuRules.MMAP_IOMMU : CpuRules.MMAP_DIRECT;
  }

  /** The mapping that came with the allocation; pools are write-combining (B4). */
  Optional<CpuMapping> kernelMapping(YardDevice owner, Allocation allocation) {
    if (allocation.cpuAddress() == CpuAddress.COOKIE) {
      return Optional.empty();
    }
    Pgprot prot =
        allocation.source().isCoherentPool()
            ? Pgprot.WRITE_COMBINE
            : pgprot(owner, allocation.attrs());
    return Optional.of(
        new CpuView(
            memory, allocation.runs(), 0, PageRef.align(allocation.sizeBytes()), prot));
  }
}
