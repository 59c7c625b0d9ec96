package org.bufferyard.topology;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.bufferyard.api.dma.PciPath;
import org.bufferyard.topology.model.board.Bus;
import org.bufferyard.topology.model.board.Device;
import org.bufferyard.topology.model.board.PeerForwarding;

/**
 * Where a PCI function stands (F14): every PCI bus inside another one hangs below a bridge, the
 * outermost is the host bridge's root bus. Stateless.
 */
final class PciPlace {
  private PciPlace() {}

  /** Empty for what is no PCI function, and for one that is drawn outside of any PCI bus. */
  static Optional<PciPath> of(Device device) {
    if (!device.isPci() || !(device.eContainer() instanceof Bus bus) || !bus.isPci()) {
      return Optional.empty();
    }
    List<PciPath.Bridge> upstream = new ArrayList<>();
    Bus at = bus;
    while (at.eContainer() instanceof Bus above && above.isPci()) {
      upstream.add(new PciPath.Bridge(Elements.label(at), at.isAcsRedirect()));
      at = above;
    }
    return Optional.of(
        new PciPath(
            Elements.label(at), peers(at.getPeerForwarding()), at.getBusOffset(), upstream));
  }

  /** Whether the bus is a host bridge's own. */
  static boolean isRootBus(Bus bus) {
    return bus.isPci() && !(bus.eContainer() instanceof Bus above && above.isPci());
  }

  private static PciPath.Peers peers(PeerForwarding forwarding) {
    return switch (forwarding) {
      case NONE -> PciPath.Peers.UNLISTED;
      case SAME_HOST_BRIDGE -> PciPath.Peers.SAME_HOST_BRIDGE;
      case ANY_HOST_BRIDGE -> PciPath.Peers.ANY_HOST_BRIDGE;
      case CPU -> PciPath.Peers.CPU;
    };
  }
}
