package org.bufferyard.dma.iommu;

import static org.bufferyard.api.dma.DmaAddress.hex;

import org.bufferyard.api.dma.DmaAttr;
import org.bufferyard.api.dma.DmaAttrs;
import org.bufferyard.api.dma.DmaDirection;
import org.bufferyard.api.dma.IovaRange;
import org.bufferyard.api.event.DmaEvent.MessageClass;
import org.bufferyard.api.kernel.Errno;
import org.bufferyard.dma.bounce.Bounces;
import org.bufferyard.dma.mapping.CacheUpkeep;
import org.bufferyard.dma.mapping.Trail;
import org.bufferyard.platform.yard.Domain;
import org.bufferyard.platform.yard.YardDevice;

/**
 * {@code struct dma_iova_state} with its operations ({@code drivers/iommu/dma-iommu.c:
 * dma_iova_link(), __iommu_dma_iova_unlink()}, C12). Bounces of the ends of a piece come with
 * untrusted devices and small pieces of kmalloc memory. Engine thread only.
 */
public final class LinkedRange implements IovaRange {
  /** What all ranges of a yard work with. */
  public record Parts(
      IovaSpace iovas,
      IommuCore core,
      IommuMapping single,
      Bounces bounces,
      CacheUpkeep caches,
      Trail trail) {}

  private final Parts parts;
  private final Domain domain;
  private final YardDevice device;
  private final long address;
  private final long size;
  private final Runnable forget;
  private final LinkedSpans linked = new LinkedSpans();

  /** DMA_IOVA_USE_SWIOTLB: something in it is a bounce. */
  private boolean bounced;

  private boolean freed;

  /**
   * @param forget takes the range off the ledger
   */
  LinkedRange(
      Parts parts, Domain domain, YardDevice device, long address, long size, Runnable forget) {
    this.parts = parts;
    this.domain = domain;
    this.device = device;
    this.address = address;
    this.size = size;
    this.forget = forget;
  }

  private long mask() {
    return domain.table().geometry().granule() - 1;
  }

  private long align(long bytes) {
    return (bytes + mask()) & ~mask();
  }

  @Override
  public long address() {
    return address;
  }

  @Override
  public long sizeBytes() {
    return size;
  }

  @Override
  public int link(
      long phys, long offset, long bytes, DmaDirection direction, DmaAttrs attrs) {
    long pad = phys & mask();
    if (pad != 0 && offset != 0) {
      warn("dma_iova_link: " + hex(phys) + " begins inside a granule, at offset " + offset);
      return Errno.EIO.rc();
    }
    boolean coherentOnly = attrs.has(DmaAttr.REQUIRE_COHERENT);
    if (coherentOnly && (bounced || !device.isCoherent())) {
      return Errno.EOPNOTSUPP.rc();
    }
    checkInside(offset, bytes);
    if (((phys | bytes) & mask()) != 0 && parts.single().needsBounce(device, bytes, direction)) {
      return attrs.has(DmaAttr.MMIO) || coherentOnly
          ? Errno.EPERM.rc()
          : linkBounced(phys, offset, bytes, direction, attrs);
    }
    return map(address + offset - pad, phys - pad, align(bytes + pad), phys, bytes, direction, attrs);
  }

  private void checkInside(long offset, long bytes) {
    if (freed || offset < 0 || bytes < 0 || offset > size - bytes) {
      parts
          .trail()
          .hazard(
              IommuRules.LINK,
              device.id(),
              "a link of "
                  + bytes
                  + " bytes at offset "
                  + offset
                  + (freed ? " comes after the range was freed" : " leaves its " + size + " bytes")
                  + ": the kernel maps over what others may hold");
    }
  }

  /** __dma_iova_link(): cache maintenance of what was asked for, then the granules around it. */
  private int map(
      long iova,
      long base,
      long granules,
      long phys,
      long bytes,
      DmaDirection direction,
      DmaAttrs attrs) {
    if (!attrs.has(DmaAttr.SKIP_CPU_SYNC) && !attrs.has(DmaAttr.MMIO)) {
      parts.caches().forDevice(device, phys, bytes, direction);
    }
    int prot = IommuMapping.prot(direction, device.isCoherent(), attrs);
    int rc = parts.core().map(domain, iova, base, granules, prot);
    if (rc == 0) {
      linked.add(iova, iova + granules);
    }
    return rc;
  }

  /** iommu_dma_iova_link_swiotlb(): the ends that share a granule are bounced, the middle is not. */
  private int linkBounced(
      long phys, long offset, long bytes, DmaDirection direction, DmaAttrs attrs) {
    long granule = mask() + 1;
    long startPad = phys & mask();
    long endPad = phys + bytes & mask();
    long done = 0;
    if (startPad != 0) {
      done = Math.min(bytes, granule - startPad);
      int rc = bounceAndLink(address + offset, phys, done, startPad, direction, attrs);
      if (rc != 0 || done == bytes) {
        return rc;
      }
    }
    long middle = bytes - done - endPad;
    int rc =
        map(address + offset + done, phys + done, middle, phys + done, middle, direction, attrs);
    if (rc == 0 && endPad != 0) {
      done += middle;
      rc = bounceAndLink(address + offset + done, phys + done, endPad, 0, direction, attrs);
    }
    if (rc != 0) {
      // From offset 0, whatever the offset of this piece: as the kernel does.
      unlink(0, done, direction, attrs);
    }
    return rc;
  }

  private int bounceAndLink(
      long iova, long phys, long bytes, long pad, DmaDirection direction, DmaAttrs attrs) {
    long slot = parts.single().bounce(device, phys, bytes, mask(), direction, attrs);
    if (slot == Bounces.NONE) {
      return Errno.ENOMEM.rc();
    }
    int rc = map(iova - pad, slot - pad, align(bytes), slot, bytes, direction, attrs);
    if (rc == 0) {
      bounced = true;
    } else {
      parts.bounces().release(slot);
    }
    return rc;
  }

  /** iommu_sync_map(): nothing that was absent is cached, so there is nothing to flush. */
  @Override
  public int sync(long offset, long bytes) {
    return 0;
  }

  @Override
  public void unlink(long offset, long bytes, DmaDirection direction, DmaAttrs attrs) {
    unmap(offset, bytes, direction, attrs);
    domain.table().sync();
  }

  /** The part of __iommu_dma_iova_unlink() before the flush. */
  private void unmap(long offset, long bytes, DmaDirection direction, DmaAttrs attrs) {
    checkLive("unlink");
    boolean maintained = !device.isCoherent() && !attrs.has(DmaAttr.SKIP_CPU_SYNC)
        && !attrs.has(DmaAttr.MMIO);
    long first = address + offset;
    if (bounced || maintained) {
      page(first, bytes, direction, attrs, maintained);
    }
    long pad = first & mask();
    long granules = align(bytes + pad);
    long unmapped = parts.core().unmap(domain, first - pad, granules);
    linked.remove(first - pad, first - pad + granules);
    if (unmapped != granules) {
      warn("__iommu_dma_iova_unlink: " + unmapped + " of " + granules + " bytes were mapped");
    }
  }

  /** iommu_dma_iova_unlink_range_slow(): granule by granule. */
  private void page(
      long first, long bytes, DmaDirection direction, DmaAttrs attrs, boolean maintained) {
    long end = first + bytes;
    for (long at = first; at < end; ) {
      long phys = domain.table().iovaToPhys(at);
      if (phys == 0) {
        warn("iommu_dma_iova_unlink_range_slow: nothing is mapped at " + hex(at));
        return;
      }
      long length = Math.min(end - at, mask() + 1 - (at & mask()));
      if (maintained) {
        parts.caches().forCpu(device, phys, length, direction);
      }
      if (parts.bounces().isBounce(phys)) {
        if (!attrs.has(DmaAttr.SKIP_CPU_SYNC)) {
          parts.bounces().forCpu(device, phys, length, direction);
        }
        parts.bounces().release(phys);
      }
      at += length;
    }
  }

  @Override
  public void free() {
    checkLive("free");
    if (!linked.isEmpty()) {
      parts
          .trail()
          .hazard(
              IommuRules.UNLINK,
              device.id(),
              "IOVA " + hex(address) + " is freed with memory still linked: the device reaches it");
    }
    giveBack(address, size, false);
  }

  @Override
  public void destroy(long linkedBytes, DmaDirection direction, DmaAttrs attrs) {
    if (linkedBytes == 0) {
      free();
      return;
    }
    unmap(0, linkedBytes, direction, attrs);
    giveBack(address, linkedBytes, true);
  }

  private void giveBack(long first, long bytes, boolean flushes) {
    long pad = first & mask();
    try {
      if (flushes) {
        parts.iovas().release(domain, first - pad, align(bytes + pad));
      } else {
        parts.iovas().free(domain, first - pad, align(bytes + pad));
      }
    } catch (IllegalArgumentException notLive) {
      parts.trail().hazard(IommuRules.UNLINK, device.id(), notLive.getMessage());
    }
    freed = true;
    forget.run();
  }

  private void checkLive(String what) {
    if (freed) {
      parts
          .trail()
          .hazard(
              IommuRules.UNLINK,
              device.id(),
              what + " of IOVA " + hex(address) + ", which was freed already");
    }
  }

  private void warn(String text) {
    parts.trail().message(device.id(), MessageClass.WARNING, device.name() + ": WARNING: " + text);
  }

  /** Gives everything back without its owner. */
  void undo() {
    for (int i = 0; i < linked.count(); i++) {
      page(
          linked.first(i),
          linked.end(i) - linked.first(i),
          DmaDirection.BIDIRECTIONAL,
          DmaAttrs.SKIP_CPU_SYNC,
          false);
      parts.core().unmap(domain, linked.first(i), linked.end(i) - linked.first(i));
    }
    linked.clear();
    domain.table().sync();
    if (!freed) {
      giveBack(address, size, false);
    }
  }
}
