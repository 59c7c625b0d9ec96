package org.bufferyard.dma.streaming;

import static org.bufferyard.api.dma.DmaAddress.hex;

import java.util.Optional;
import org.bufferyard.api.dma.DmaDevice;
import org.bufferyard.api.dma.DmaDirection;
import org.bufferyard.api.dma.PeerToPeer;
import org.bufferyard.api.dma.PeerToPeer.MapType;
import org.bufferyard.api.event.DmaEvent.MessageClass;
import org.bufferyard.dma.mapping.Masks;
import org.bufferyard.dma.mapping.PeerRules;
import org.bufferyard.dma.mapping.Trail;
import org.bufferyard.platform.yard.DmaEngineContext;
import org.bufferyard.platform.yard.YardDevice;

/**
 * One peer-to-peer page by dma_map_page(): nothing asks which way it goes, so that it is mapped by its
 * CPU address, as if through the host bridge. Engine thread only.
 */
final class SinglePeerPages {
  private final DmaEngineContext yard;
  private final DirectMapping direct;
  private final Trail trail;

  SinglePeerPages(DmaEngineContext yard, DirectMapping direct, Trail trail) {
    this.yard = yard;
    this.direct = direct;
    this.trail = trail;
  }

  /** Whether the map goes on as with any page; a hazard where it leads past the peer. */
  boolean mayMap(YardDevice device, long phys, long size, DmaDirection direction) {
    if (PeerRules.SINGLE_REFUSED.holdsIn(yard.kernel())
        && yard.spec().machine().debugging().dmaApi()) {
      trail.message(
          device.id(),
          MessageClass.WARNING,
          device.name() + ": WARNING: dma_map_page_attrs: a page of a device's memory");
      return false;
    }
    boolean translated = Masks.dmaDomain(device).isPresent();
    if (!translated && direct.refusesPeer(device, phys, size, direction)) {
      return false;
    }
    warn(device, phys);
    return true;
  }

  /** A hazard where the CPU address leads past the peer. */
  void warn(YardDevice device, long phys) {
    boolean translated = Masks.dmaDomain(device).isPresent();
    PeerToPeer way = PeerToPeer.between(yard.registersAt(phys), device);
    boolean arrives =
        switch (way.type()) {
          case THRU_HOST_BRIDGE -> true;
          // Their bridge decodes it on the way up, if the address is the one on the bus.
          case BUS_ADDR -> !translated && device.rangeMap().toDma(phys) == phys + way.busOffset();
          case NOT_SUPPORTED -> false;
        };
    if (!arrives) {
      astray(device, phys, way);
    }
  }

  private void astray(YardDevice device, long phys, PeerToPeer way) {
    Optional<String> provider = yard.registersAt(phys).map(DmaDevice::name);
    trail.hazard(
        PeerRules.SINGLE,
        device.id(),
        "the map of "
            + hex(phys)
            + ", a page in the registers of "
            + provider.orElse("nobody")
            + ", asks for no way to it: "
            + device.name()
            + " "
            + (way.type() == MapType.BUS_ADDR
                ? "would reach it by its bus address, and is given another"
                : way.whyNotSupported(device)));
  }
}
