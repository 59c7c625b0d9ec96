package org.bufferyard.dma.streaming;

import static org.bufferyard.api.dma.DmaAddress.hex;

import java.util.Optional;
import org.bufferyard.api.dma.DmaAddress;
import org.bufferyard.api.dma.DmaAttr;
import org.bufferyard.api.dma.DmaAttrs;
import org.bufferyard.api.dma.DmaDirection;
import org.bufferyard.api.event.DmaEvent.MessageClass;
import org.bufferyard.api.kernel.Errno;
import org.bufferyard.api.kernel.KernelProfile;
import org.bufferyard.api.memory.Segment;
import org.bufferyard.api.memory.SgTable;
import org.bufferyard.dma.bounce.BounceRules;
import org.bufferyard.dma.bounce.Bounces;
import org.bufferyard.dma.bounce.KmallocBounce;
import org.bufferyard.dma.mapping.CacheUpkeep;
import org.bufferyard.dma.mapping.CpuList;
import org.bufferyard.dma.mapping.MappingRules;
import org.bufferyard.dma.mapping.MaskRules;
import org.bufferyard.dma.mapping.Masks;
import org.bufferyard.dma.mapping.PeerRules;
import org.bufferyard.dma.mapping.PeerWays;
import org.bufferyard.dma.mapping.Reach;
import org.bufferyard.dma.mapping.SgEntries;
import org.bufferyard.dma.mapping.Trail;
import org.bufferyard.platform.spec.MachineSpec;
import org.bufferyard.platform.yard.YardDevice;

/**
 * Streaming mappings without an IOMMU ({@code kernel/dma/direct.c}, C5, C7, C8): the bus address
 * where the device reaches it, a bounce where it does not. Engine thread only.
 */
public final class DirectMapping {
  private final KernelProfile kernel;
  private final MachineSpec machine;
  private final Masks masks;
  private final Bounces bounces;
  private final CacheUpkeep caches;
  private final Trail trail;

  public DirectMapping(
      KernelProfile kernel,
      MachineSpec machine,
      Masks masks,
      Bounces bounces,
      CacheUpkeep caches,
      Trail trail) {
    this.kernel = kernel;
    this.machine = machine;
    this.masks = masks;
    this.bounces = bounces;
    this.caches = caches;
    this.trail = trail;
  }

  /** dma_direct_map_phys(): an address, or DMA_MAPPING_ERROR. */
  long map(YardDevice device, long phys, long size, DmaDirection direction, DmaAttrs attrs) {
    return map(device, phys, size, direction, attrs, trail.on(), false);
  }

  /** The same of a peer-to-peer page that {@link #refusesPeer} has not refused. */
  long mapPeer(YardDevice device, long phys, long size, DmaDirection direction, DmaAttrs attrs) {
    return map(device, phys, size, direction, attrs, trail.on(), true);
  }

  private long map(
      YardDevice device,
      long phys,
      long size,
      DmaDirection direction,
      DmaAttrs attrs,
      boolean explain,
      boolean peer) {
    if (attrs.has(DmaAttr.MMIO)) {
      return mapRegisters(device, phys, size);
    }
    if (masks.forcesBounce(device)) {
      if (attrs.has(DmaAttr.REQUIRE_COHERENT)) {
        return DmaAddress.MAPPING_ERROR;
      }
      if (explain) {
        boolean restricted = device.restrictedPool().isPresent();
        trail.decided(
            BounceRules.WHEN,
            device.id(),
            (restricted ? "all DMA of " + device.name() + " stays in its restricted pool"
                    : "swiotlb=force bounces everything")
                + ": "
                + hex(phys)
                + "+"
                + size
                + " is bounced",
            "phys",
            hex(phys),
            "size",
            Long.toString(size));
      }
      return bounce(device, phys, size, direction, attrs, peer);
    }
    long dma = device.rangeMap().toDma(phys);
    boolean reaches = Reach.within(dma, size, Reach.streamingLimit(device));
    if (!reaches || KmallocBounce.needed(kernel, machine, device, size, direction)) {
      return bounceOrFail(device, phys, size, direction, attrs, reaches, explain, peer);
    }
    if (!attrs.has(DmaAttr.SKIP_CPU_SYNC)) {
      caches.forDevice(device, phys, size, direction);
    }
    if (explain) {
      reached(device, phys, dma, size);
    }
    return dma;
  }

  private void reached(YardDevice device, long phys, long dma, long size) {
    trail.decided(
        MappingRules.DIRECT,
        device.id(),
        device.name()
            + " reaches "
            + hex(phys)
            + "+"
            + size
            + (dma == phys ? "" : " at bus address " + hex(dma))
            + ": limit "
            + hex(Reach.streamingLimit(device))
            + " >= "
            + hex(dma + size - 1),
        "phys",
        hex(phys),
        "dma",
        hex(dma),
        "size",
        Long.toString(size),
        "limit",
        hex(Reach.streamingLimit(device)));
  }

  private long bounceOrFail(
      YardDevice device,
      long phys,
      long size,
      DmaDirection direction,
      DmaAttrs attrs,
      boolean reaches,
      boolean explain,
      boolean peer) {
    String why =
        reaches
            ? "a write of " + size + " bytes may share a cache line with other kmalloc memory"
            : Reach.whyNot(device, phys, size, Reach.mask(device));
    boolean canBounce = bounces.active(device) && !attrs.has(DmaAttr.REQUIRE_COHERENT);
    if (explain) {
      trail.decided(
          reaches ? MappingRules.KMALLOC : MaskRules.CAPABLE,
          device.id(),
          why + (canBounce ? ": bounced" : ", and there is no bounce pool: refused"),
          "phys",
          hex(phys),
          "size",
          Long.toUnsignedString(size),
          "mask",
          hex(Reach.mask(device)),
          "bus_dma_limit",
          hex(device.busDmaLimit()));
    }
    if (canBounce) {
      return bounce(device, phys, size, direction, attrs, peer);
    }
    overflow(device, "DMA addr ", device.rangeMap().toDma(phys), size);
    return DmaAddress.MAPPING_ERROR;
  }

  /** swiotlb_map(). */
  private long bounce(
      YardDevice device,
      long phys,
      long size,
      DmaDirection direction,
      DmaAttrs attrs,
      boolean peer) {
    long slot = bounces.map(device, phys, size, 0, attrs, peer);
    if (slot == Bounces.NONE) {
      return DmaAddress.MAPPING_ERROR;
    }
    long dma = device.rangeMap().toDma(slot);
    if (!Reach.within(dma, size, Reach.streamingLimit(device))) {
      bounces.release(slot);
      overflow(device, "swiotlb addr ", dma, size);
      if (trail.on()) {
        trail.decided(
            BounceRules.BEYOND,
            device.id(),
            "the bounce pool itself is out of reach: "
                + Reach.whyNot(device, slot, size, Reach.mask(device)),
            "slot",
            hex(slot));
      }
      return DmaAddress.MAPPING_ERROR;
    }
    if (!attrs.has(DmaAttr.SKIP_CPU_SYNC)) {
      caches.forDevice(device, slot, size, direction);
    }
    return dma;
  }

  private void overflow(YardDevice device, String what, long dma, long size) {
    if (trail.on()) {
      trail.message(
          device.id(),
          MessageClass.OVERFLOW,
          device.name()
              + ": "
              + what
              + String.format("0x%016x", dma)
              + "+"
              + Long.toUnsignedString(size)
              + " overflow (mask "
              + Long.toHexString(Reach.mask(device))
              + ", bus limit "
              + Long.toHexString(device.busDmaLimit())
              + ").");
    }
  }

  /** Registers: never a bounce, no cache maintenance. */
  private long mapRegisters(YardDevice device, long phys, long size) {
    boolean translated = MappingRules.MMIO_TRANSLATED.holdsIn(kernel);
    if (translated && masks.forcesBounce(device)) {
      if (trail.on()) {
        trail.decided(
            MappingRules.MMIO_TRANSLATED,
            device.id(),
            "registers at " + hex(phys) + " cannot be bounced, and everything is: refused",
            "phys",
            hex(phys));
      }
      return DmaAddress.MAPPING_ERROR;
    }
    long dma = translated ? device.rangeMap().toDma(phys) : phys;
    boolean ok = Reach.within(dma, size, Reach.streamingLimit(device));
    if (trail.on()) {
      trail.decided(
          translated ? MappingRules.MMIO_TRANSLATED : MappingRules.MMIO_UNTRANSLATED,
          device.id(),
          "registers at "
              + hex(phys)
              + (ok
                  ? " at bus address " + hex(dma)
                      + (translated ? "" : ", bus windows not applied")
                  : ": " + Reach.whyNot(device, phys, size, Reach.mask(device))),
          "phys",
          hex(phys),
          "dma",
          hex(dma));
    }
    if (!ok) {
      overflow(device, "DMA addr ", dma, size);
      return DmaAddress.MAPPING_ERROR;
    }
    return dma;
  }

  /** Whether a bounce, which a peer-to-peer page never gets before 7.x, would be needed. */
  boolean refusesPeer(YardDevice device, long phys, long size, DmaDirection direction) {
    boolean bounces =
        masks.forcesBounce(device)
            || !Reach.within(
                device.rangeMap().toDma(phys), size, Reach.streamingLimit(device))
            || KmallocBounce.needed(kernel, machine, device, size, direction);
    boolean refused = bounces && PeerRules.NEVER_BOUNCED.holdsIn(kernel);
    if (refused && trail.on()) {
      trail.decided(
          PeerRules.NEVER_BOUNCED,
          device.id(),
          "a page of a peer's registers, " + hex(phys) + "+" + size
              + ", is never bounced: DMA_MAPPING_ERROR",
          "phys",
          hex(phys));
    }
    return refused;
  }

  /**
   * dma_direct_map_sg(): entries stay entries; the number of them, -EIO, or -EREMOTEIO for a peer that
   * there is no way to.
   */
  int mapList(
      YardDevice device,
      SgTable table,
      CpuList cpu,
      Optional<PeerWays> peers,
      DmaDirection direction,
      DmaAttrs attrs) {
    for (int i = 0; i < cpu.size(); i++) {
      table.markBusAddress(i, false);
      if (peers.isPresent() && peers.get().refused() == i) {
        unmapList(device, table, i, direction, attrs.with(DmaAttr.SKIP_CPU_SYNC));
        return Errno.EREMOTEIO.rc();
      }
      if (peers.isPresent() && peers.get().isBusAddress(i)) {
        SgEntries.setDma(table, i, peers.get().busAddress(i), cpu.length(i));
        table.markBusAddress(i, true);
        continue;
      }
      boolean peer = peers.isPresent() && peers.get().isThroughHostBridge(i);
      boolean refused = peer && refusesPeer(device, cpu.phys(i), cpu.length(i), direction);
      // The first entry explains; the others follow by the same rules.
      boolean explain = i == 0 && trail.on();
      long dma =
          refused
              ? DmaAddress.MAPPING_ERROR
              : map(device, cpu.phys(i), cpu.length(i), direction, attrs, explain, peer);
      if (dma == DmaAddress.MAPPING_ERROR) {
        // Entries that were mapped keep their stale addresses, as on a machine.
        SgEntries.setDma(table, i, Segment.NO_DMA, 0);
        unmapList(device, table, i, direction, attrs.with(DmaAttr.SKIP_CPU_SYNC));
        if (trail.on()) {
          trail.decided(
              MappingRules.DIRECT_SG,
              device.id(),
              "entry " + i + " of " + cpu.size() + " at " + hex(cpu.phys(i))
                  + " cannot be mapped: -EIO",
              "entry",
              Integer.toString(i),
              "phys",
              hex(cpu.phys(i)),
              "length",
              Long.toString(cpu.length(i)));
        }
        return Errno.EIO.rc();
      }
      SgEntries.setDma(table, i, dma, cpu.length(i));
    }
    if (trail.on()) {
      trail.decided(
          MappingRules.DIRECT_SG,
          device.id(),
          cpu.size() + (cpu.size() == 1 ? " entry stays " : " entries stay ") + cpu.size()
              + (cpu.size() == 1 ? " segment" : " segments") + ": nothing merges without an IOMMU",
          "entries",
          Integer.toString(cpu.size()));
    }
    return cpu.size();
  }

  /** dma_direct_unmap_sg() of the first {@code entries}. */
  void unmapList(
      YardDevice device, SgTable table, int entries, DmaDirection direction, DmaAttrs attrs) {
    for (int i = 0; i < entries; i++) {
      if (table.isBusAddress(i)) {
        table.markBusAddress(i, false);
        continue;
      }
      Segment s = table.segments().get(i);
      unmap(device, s.dma(), s.dmaLength(), direction, attrs);
    }
  }

  /** dma_direct_unmap_phys(). */
  void unmap(YardDevice device, long dma, long size, DmaDirection direction, DmaAttrs attrs) {
    if (attrs.has(DmaAttr.MMIO)) {
      return;
    }
    if (!attrs.has(DmaAttr.SKIP_CPU_SYNC)) {
      sync(device, dma, size, direction, false);
    }
    bounces.release(device.rangeMap().toPhys(dma));
  }

  /** dma_direct_sync_single_for_device() and _for_cpu() (C8). */
  void sync(
      YardDevice device, long dma, long size, DmaDirection direction, boolean forDevice) {
    long phys = device.rangeMap().toPhys(dma);
    if (forDevice) {
      bounces.forDevice(device, phys, size, direction);
      caches.forDevice(device, phys, size, direction);
    } else {
      caches.forCpu(device, phys, size, direction);
      bounces.forCpu(device, phys, size, direction);
    }
  }
}
