package org.bufferyard.dma.bounce;

import static org.bufferyard.api.dma.DmaAddress.hex;

import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.bufferyard.api.allocator.AllocationRequest;
import org.bufferyard.api.allocator.BouncePool;
import org.bufferyard.api.allocator.BouncePoolSpec;
import org.bufferyard.api.allocator.BounceRequest;
import org.bufferyard.api.dma.DmaAttr;
import org.bufferyard.api.dma.DmaAttrs;
import org.bufferyard.api.dma.DmaDirection;
import org.bufferyard.api.event.DmaEvent;
import org.bufferyard.api.event.DmaEvent.MessageClass;
import org.bufferyard.api.memory.PageBacking;
import org.bufferyard.api.memory.PageRef;
import org.bufferyard.api.memory.Pgprot;
import org.bufferyard.api.memory.PhysMemory;
import org.bufferyard.dma.mapping.Masks;
import org.bufferyard.dma.mapping.Reach;
import org.bufferyard.dma.mapping.Trail;
import org.bufferyard.platform.yard.BounceArea;
import org.bufferyard.platform.yard.CpuCache;
import org.bufferyard.platform.yard.DmaEngineContext;
import org.bufferyard.platform.yard.Placements;
import org.bufferyard.platform.yard.YardDevice;

/**
 * Bounce buffers in use, with their originals (section E, {@code kernel/dma/swiotlb.c}).
 *
 * <p>The pool's book places; the bytes are copied here, through the linear map as the kernel does:
 * an original without a linear mapping kills the kernel. Engine thread only.
 */
public final class Bounces {
  /** What {@link #map} returns when there is no bounce to be had. */
  public static final long NONE = -1L;

  /**
   * @param room bytes from the slot to the end of what was allocated: the size as it was rounded
   * @param peer whether the original is pages of a peer's registers, which are mapped uncached
   */
  private record Bounce(long slot, long original, long room, BounceArea area, boolean peer) {
    Pgprot alias() {
      return peer ? Pgprot.DMA_COHERENT : Pgprot.CACHED;
    }
  }

  private final DmaEngineContext context;
  private final PhysMemory memory;
  private final CpuCache cache;
  private final Masks masks;
  private final Trail trail;

  /** By first bounce byte; physical addresses stay below 2^63, so the signed order serves. */
  private final TreeMap<Long, Bounce> live = new TreeMap<>();

  public Bounces(DmaEngineContext context, Masks masks, Trail trail) {
    this.context = context;
    this.memory = context.memory();
    this.cache = context.cache();
    this.masks = masks;
    this.trail = trail;
  }

  public boolean active(YardDevice device) {
    return masks.bounceArea(device).isPresent();
  }

  public boolean isBounce(long phys) {
    return at(phys) != null;
  }

  /**
   * swiotlb_tbl_map_single(): takes slots and copies the original into them, in every direction.
   *
   * @param allocAlignMask alignment of the bounce itself
   * @return physical address of the bounce, or {@link #NONE}
   */
  public long map(YardDevice device, long phys, long size, long allocAlignMask, DmaAttrs attrs) {
    return map(device, phys, size, allocAlignMask, attrs, false);
  }

  /**
   * The same.
   *
   * @param peer whether the original is peer-to-peer pages, whose linear mapping no map of the memory
   *     shows
   */
  public long map(
      YardDevice device,
      long phys,
      long size,
      long allocAlignMask,
      DmaAttrs attrs,
      boolean peer) {
    Optional<BounceArea> chosen = masks.bounceArea(device);
    if (chosen.isEmpty()) {
      trail.message(
          device.id(),
          MessageClass.WARNING,
          device.name() + ": Can not allocate SWIOTLB buffer earlier and can't now provide you "
              + "with the DMA bounce buffer");
      return NONE;
    }
    BounceArea area = chosen.get();
    if (size == 0) {
      // nslots is 0 and the slot loop's BUG_ON fires: recorded for every forced bounce of 0 bytes.
      throw trail.bug(
          BounceRules.PLACEMENT, device.id(), "swiotlb.c: a bounce of 0 bytes has no slots");
    }
    long slot = size < 0 ? BouncePool.FULL : slot(device, area, phys, size, allocAlignMask);
    if (trail.on()) {
      trail.emit(
          new DmaEvent.Bounced(
              device.id(), Reach.mask(device), phys, size, slot, area.forced()));
    }
    if (slot == BouncePool.FULL) {
      full(device, area, asked(device, phys, size, allocAlignMask), attrs);
      return NONE;
    }
    Bounce made = new Bounce(slot, phys, room(device, phys, size, allocAlignMask), area, peer);
    live.put(slot, made);
    if (!peer) {
      needLinear(device, phys, size);
    }
    copy(phys, made.alias(), slot, Pgprot.CACHED, size);
    return slot;
  }

  /** What the search is asked for, and what its message says; 6.1 says the size alone. */
  private long asked(YardDevice device, long phys, long size, long allocAlignMask) {
    return BounceRules.OFFSET_COUNTED.holdsIn(context.kernel())
        ? room(device, phys, size, allocAlignMask) + offset(device, phys, allocAlignMask)
        : (size + allocAlignMask) & ~allocAlignMask;
  }

  private long room(YardDevice device, long phys, long size, long allocAlignMask) {
    long before =
        BounceRules.OFFSET_COUNTED.holdsIn(context.kernel())
            ? offset(device, phys, allocAlignMask)
            : 0;
    return ((size + before + allocAlignMask) & ~allocAlignMask) - before;
  }

  /** swiotlb_align_offset(). */
  private static long offset(YardDevice device, long phys, long allocAlignMask) {
    return phys & device.minAlignMask() & (allocAlignMask | (BouncePoolSpec.SLOT_BYTES - 1));
  }

  private long slot(
      YardDevice device, BounceArea area, long phys, long size, long allocAlignMask) {
    long preferred = context.placements().nextBounce();
    return area.pool()
        .map(
            new BounceRequest(
                phys,
                size,
                allocAlignMask,
                device.minAlignMask(),
                device.segmentBoundary(),
                device.rangeMap().toDma(area.spec().region().base()),
                preferred,
                seen(context.placements(), preferred)));
  }

  /** Where a recorded search ended, unless this is the bounce that set its position. */
  public static long seen(Placements placements, long preferred) {
    return preferred == AllocationRequest.NO_PREFERENCE
        ? placements.nextSeenBounce()
        : AllocationRequest.NO_PREFERENCE;
  }

  private void full(YardDevice device, BounceArea area, long size, DmaAttrs attrs) {
    String text =
        "swiotlb buffer is full (sz: "
            + Long.toUnsignedString(size)
            + " bytes), total "
            + area.spec().slots()
            + " (slots), used "
            + area.pool().usedSlots()
            + " (slots)";
    if (!attrs.has(DmaAttr.NO_WARN)) {
      trail.message(device.id(), MessageClass.BOUNCE_FULL, device.name() + ": " + text);
    }
    if (trail.on()) {
      trail.decided(
          BounceRules.FULL,
          device.id(),
          text + "; one bounce is at most " + Masks.maxBounce(device) + " bytes",
          "size",
          Long.toUnsignedString(size),
          "slots",
          Long.toString(area.spec().slots()),
          "used",
          Long.toString(area.pool().usedSlots()));
    }
  }

  /** The copy goes through the linear map: a frame without one is a translation fault. */
  private void needLinear(YardDevice device, long phys, long size) {
    long last = phys + size - 1;
    for (long at = phys; Long.compareUnsigned(at, last) <= 0; at = nextPage(at)) {
      if (memory.backing(at) != PageBacking.LINEAR) {
        throw trail.oops(
            BounceRules.NO_LINEAR_MAPPING,
            device.id(),
            "swiotlb_bounce reads "
                + hex(at)
                + " through the linear map, which has no mapping for it, to bounce "
                + size
                + " bytes for "
                + device.name());
      }
      if (nextPage(at) == 0) {
        return;
      }
    }
  }

  private static long nextPage(long at) {
    return (at & -PageRef.SIZE) + PageRef.SIZE;
  }

  private void copy(long from, Pgprot fromAlias, long to, Pgprot toAlias, long size) {
    byte[] bytes = new byte[Math.toIntExact(size)];
    cache.read(from, fromAlias, bytes, 0, bytes.length);
    cache.write(to, toAlias, bytes, 0, bytes.length);
  }

  /** swiotlb_sync_single_for_cpu(): copies back what the device may have written. */
  public void forCpu(YardDevice device, long phys, long size, DmaDirection direction) {
    Bounce bounce = at(phys);
    if (bounce != null && direction.deviceWrites()) {
      long offset = phys - bounce.slot();
      copy(
          phys,
          Pgprot.CACHED,
          bounce.original() + offset,
          bounce.alias(),
          clipped(device, bounce, offset, size));
    }
  }

  /** swiotlb_sync_single_for_device(): copies out what the device may read. */
  public void forDevice(YardDevice device, long phys, long size, DmaDirection direction) {
    Bounce bounce = at(phys);
    if (bounce != null && direction.deviceReads()) {
      long offset = phys - bounce.slot();
      copy(
          bounce.original() + offset,
          bounce.alias(),
          phys,
          Pgprot.CACHED,
          clipped(device, bounce, offset, size));
    }
  }

  private long clipped(YardDevice device, Bounce bounce, long offset, long size) {
    long rest = bounce.room() - offset;
    if (Long.compareUnsigned(size, rest) <= 0) {
      return size;
    }
    trail.message(
        device.id(),
        MessageClass.WARNING,
        device.name()
            + ": Buffer overflow detected. Allocation size: "
            + rest
            + ". Mapping size: "
            + Long.toUnsignedString(size)
            + ".");
    return rest;
  }

  /** swiotlb_tbl_unmap_single() without the copy: gives the slots back. */
  public void release(long phys) {
    Bounce bounce = at(phys);
    if (bounce != null) {
      live.remove(bounce.slot());
      bounce.area().pool().release(bounce.slot());
    }
  }

  /** Clears {@code [from, to)} of bounce memory. */
  public void clear(long from, long to) {
    if (to != from) {
      cache.zero(from, Pgprot.CACHED, to - from);
    }
  }

  private Bounce at(long phys) {
    if (live.isEmpty()) {
      return null;
    }
    Map.Entry<Long, Bounce> below = live.floorEntry(phys);
    if (below == null) {
      return null;
    }
    Bounce bounce = below.getValue();
    return Long.compareUnsigned(phys - bounce.slot(), bounce.room()) < 0 ? bounce : null;
  }
}
