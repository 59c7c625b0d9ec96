package org.bufferyard.dma.iommu;

import static org.bufferyard.api.dma.DmaAddress.hex;

import java.lang.ref.WeakReference;
import java.util.HashMap;
import java.util.Map;
import org.bufferyard.api.allocator.IovaAllocator;
import org.bufferyard.api.event.DmaEvent.MessageClass;
import org.bufferyard.dma.mapping.Reach;
import org.bufferyard.dma.mapping.Trail;
import org.bufferyard.platform.yard.DmaEngineContext;
import org.bufferyard.platform.yard.Domain;
import org.bufferyard.platform.yard.YardDevice;

/** Chooses the limit of an IOVA allocation (D4) and asks the domain's book. Engine thread only. */
public final class IovaSpace {
  private static final long MASK_32 = 0xffff_ffffL;

  /** More frames than any book can hold; keeps a hostile size away from it. */
  private static final long TOO_MANY_FRAMES = 1L << 40;

  private final DmaEngineContext context;
  private final Trail trail;

  /**
   * PCI devices that ran out of 32-bit space, by id: the device object it happened to. A device
   * that was re-created starts again below 4G.
   */
  private final Map<String, WeakReference<YardDevice>> beyond32 = new HashMap<>();

  public IovaSpace(DmaEngineContext context, Trail trail) {
    this.context = context;
    this.trail = trail;
  }

  static int shift(Domain domain) {
    return Long.numberOfTrailingZeros(domain.table().geometry().granule());
  }

  /**
   * A range of whole granules.
   *
   * @param mask the streaming or coherent mask
   * @return its first byte, 0 when the space is full
   */
  public long allocate(Domain domain, YardDevice device, long size, long mask) {
    int shift = shift(domain);
    // 0 bytes take a frame: the power of two at or above 0 is undefined, builds differ.
    long frames = Math.max(1, size >>> shift);
    long limit = Reach.minNotZero(mask, device.busDmaLimit());
    var geometry = domain.table().geometry();
    if (geometry.forceAperture() && Long.compareUnsigned(geometry.apertureEnd(), limit) < 0) {
      limit = geometry.apertureEnd();
    }
    if (Long.compareUnsigned(frames, TOO_MANY_FRAMES) > 0) {
      return full(domain, device, size, limit);
    }
    if (Long.compareUnsigned(limit, MASK_32) > 0 && triesLowFirst(device)) {
      long low = domain.iova().allocate(frames, MASK_32 >>> shift, false);
      if (low != IovaAllocator.NO_IOVA) {
        return chosen(domain, device, low << shift, size, MASK_32);
      }
      endLowFirst(device, limit);
    }
    long pfn = domain.iova().allocate(frames, limit >>> shift, true);
    return pfn == IovaAllocator.NO_IOVA
        ? full(domain, device, size, limit)
        : chosen(domain, device, pfn << shift, size, limit);
  }

  private long chosen(Domain domain, YardDevice device, long iova, long size, long limit) {
    if (trail.on()) {
      trail.decided(
          IommuRules.IOVA,
          device.id(),
          "IOVA "
              + hex(iova)
              + " of "
              + domain.iommu()
              + " for "
              + size
              + " bytes, below limit "
              + hex(limit),
          "iova",
          hex(iova),
          "size",
          Long.toString(size),
          "limit",
          hex(limit));
    }
    return iova;
  }

  private long full(Domain domain, YardDevice device, long size, long limit) {
    if (trail.on()) {
      trail.decided(
          IommuRules.IOVA,
          device.id(),
          "no "
              + Long.toUnsignedString(size)
              + " bytes of IOVA below "
              + hex(limit)
              + " left in "
              + domain.iommu(),
          "size",
          Long.toUnsignedString(size),
          "limit",
          hex(limit));
    }
    return IovaAllocator.NO_IOVA;
  }

  private boolean triesLowFirst(YardDevice device) {
    if (!device.isPci() || context.spec().machine().iommu().forcedac()) {
      return false;
    }
    WeakReference<YardDevice> ended = beyond32.get(device.id());
    return ended == null || ended.get() != device;
  }

  private void endLowFirst(YardDevice device, long limit) {
    if (!IommuRules.WORKAROUND_ENDS.holdsIn(context.kernel())) {
      return;
    }
    beyond32.put(device.id(), new WeakReference<>(device));
    trail.message(
        device.id(),
        MessageClass.INFO,
        device.name() + ": Using " + (64 - Long.numberOfLeadingZeros(limit))
            + "-bit DMA addresses");
  }

  /**
   * What follows the unmapping of a range (D10, D11): a strict domain flushes the caches and frees the
   * IOVA, one with a flush queue leaves both to it.
   *
   * @throws IllegalArgumentException when a strict domain's book has no such range
   */
  public void release(Domain domain, long iova, long size) {
    int shift = shift(domain);
    if (domain.flushQueue().isPresent()) {
      domain.flushQueue().get().add(iova >>> shift, Math.max(1, size >>> shift));
    } else {
      domain.table().sync();
      free(domain, iova, size);
    }
  }

  /** Gives back what {@link #allocate} gave for the same size. */
  public void free(Domain domain, long iova, long size) {
    int shift = shift(domain);
    domain.iova().free(iova >>> shift, Math.max(1, size >>> shift));
  }
}
