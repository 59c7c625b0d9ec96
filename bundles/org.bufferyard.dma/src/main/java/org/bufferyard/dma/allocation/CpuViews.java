package org.bufferyard.dma.allocation;

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
import org.bufferyard.dma.mapping.Masks;
import org.bufferyard.dma.mapping.Trail;
import org.bufferyard.platform.spec.MachineSpec;
import org.bufferyard.platform.yard.CpuCache;
import org.bufferyard.platform.yard.CpuView;
import org.bufferyard.platform.yard.YardDevice;

/** The CPU's mappings of allocations: the kernel's own and dma_mmap_attrs() (B8, C2-C4). */
public final class CpuViews {
  private final MachineSpec machine;
  private final CpuCache cache;
  private final Trail trail;

  public CpuViews(MachineSpec machine, CpuCache cache, Trail trail) {
    this.machine = machine;
    this.cache = cache;
    this.trail = trail;
  }

  /** dma_pgprot(). */
  static Pgprot pgprot(YardDevice device, DmaAttrs attrs) {
    if (device.isCoherent()) {
      return Pgprot.CACHED;
    }
    return attrs.has(DmaAttr.WRITE_COMBINE) ? Pgprot.WRITE_COMBINE : Pgprot.DMA_COHERENT;
  }

  public boolean canMmap(YardDevice device) {
    return Masks.dmaDomain(device).isPresent()
        || device.isCoherent()
        || machine.nonCoherentMmap();
  }

  /**
   * dma_mmap_attrs(), or dma_mmap_noncontiguous(), which leaves the user's mapping cacheable.
   */
  public MapResult mmap(
      YardDevice device,
      Allocation allocation,
      boolean noncontiguous,
      long pageOffset,
      long sizeBytes) {
    Pgprot prot = noncontiguous ? Pgprot.CACHED : pgprot(device, allocation.attrs());
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
              + (inside ? " mapped " + prot : ": -ENXIO"),
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
            cache,
            allocation.runs(),
            pageOffset << PageRef.SHIFT,
            wanted << PageRef.SHIFT,
            prot));
  }

  private static Rule rule(YardDevice device, Allocation allocation) {
    if (allocation.source().isCoherentPool()) {
      return CpuRules.MMAP_POOL;
    }
    return Masks.dmaDomain(device).isPresent() ? CpuRules.MMAP_IOMMU : CpuRules.MMAP_DIRECT;
  }

  /**
   * Attributes of the kernel's mapping of an allocation: pools are write-combining (B4),
   * noncontiguous memory keeps ordinary pages ({@code dma_vmap_noncontiguous}).
   */
  static Pgprot kernelProt(YardDevice owner, Allocation allocation, boolean noncontiguous) {
    if (allocation.source().isCoherentPool()) {
      return Pgprot.WRITE_COMBINE;
    }
    return noncontiguous ? Pgprot.CACHED : pgprot(owner, allocation.attrs());
  }

  /** The mapping that came with the allocation. */
  Optional<CpuMapping> kernelMapping(Allocation allocation, Pgprot prot) {
    return allocation.cpuAddress() == CpuAddress.COOKIE
        ? Optional.empty()
        : Optional.of(
            new CpuView(
                cache, allocation.runs(), 0, PageRef.align(allocation.sizeBytes()), prot));
  }
}
