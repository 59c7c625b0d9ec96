package org.bufferyard.dma.iommu;

import static org.bufferyard.api.dma.DmaAddress.hex;

import java.util.Optional;
import org.bufferyard.api.allocator.IovaAllocator;
import org.bufferyard.api.dma.IovaRange;
import org.bufferyard.api.kernel.KernelProfile;
import org.bufferyard.dma.mapping.Masks;
import org.bufferyard.dma.mapping.Reach;
import org.bufferyard.platform.yard.Domain;
import org.bufferyard.platform.yard.MappingLedger;
import org.bufferyard.platform.yard.MappingLedger.Entry;
import org.bufferyard.platform.yard.MappingLedger.Kind;
import org.bufferyard.platform.yard.YardDevice;

/**
 * The two-step API ({@code drivers/iommu/dma-iommu.c: dma_iova_try_alloc()}, C12): who gets a range.
 * Engine thread only.
 */
public final class IovaRanges {
  private final KernelProfile kernel;
  private final LinkedRange.Parts parts;
  private final MappingLedger ledger;

  public IovaRanges(KernelProfile kernel, LinkedRange.Parts parts, MappingLedger ledger) {
    this.kernel = kernel;
    this.parts = parts;
    this.ledger = ledger;
  }

  public Optional<IovaRange> tryAlloc(YardDevice device, long phys, long size) {
    Optional<Domain> found = Masks.dmaDomain(device);
    if (!IommuRules.TRY_ALLOC.holdsIn(kernel)) {
      return none(device, "this kernel has no two-step API");
    }
    if (found.isEmpty()) {
      return none(device, device.name() + " has no domain of the DMA API");
    }
    if (device.dmaMask().isEmpty() || size <= 0) {
      // WARN_ON_ONCE(!size); bit 63 is a flag of the kernel's own.
      return none(device, Long.toUnsignedString(size) + " bytes are no size");
    }
    Domain domain = found.get();
    long mask = domain.table().geometry().granule() - 1;
    long offset = phys & mask;
    long bytes = size > Long.MAX_VALUE - 2 * mask ? -1 : (size + offset + mask) & ~mask;
    long base =
        bytes < 0
            ? IovaAllocator.NO_IOVA
            : parts.iovas().allocate(domain, device, bytes, Reach.mask(device));
    if (base == IovaAllocator.NO_IOVA) {
      return none(device, "no room for " + size + " bytes");
    }
    Entry[] entry = new Entry[1];
    LinkedRange range =
        new LinkedRange(
            parts, domain, device, base + offset, size, () -> ledger.remove(entry[0]));
    entry[0] = new Entry(Kind.IOVA_RANGE, device.id(), range.address(), size, range::undo);
    ledger.add(entry[0]);
    if (parts.trail().on()) {
      parts
          .trail()
          .decided(
              IommuRules.TRY_ALLOC,
              device.id(),
              "IOVA " + hex(range.address()) + " for " + size + " bytes, nothing linked yet",
              "iova",
              hex(range.address()),
              "size",
              Long.toString(size));
    }
    return Optional.of(range);
  }

  private Optional<IovaRange> none(YardDevice device, String why) {
    if (parts.trail().on()) {
      parts
          .trail()
          .decided(IommuRules.TRY_ALLOC, device.id(), why + ": dma_iova_try_alloc() is false");
    }
    return Optional.empty();
  }
}
