package org.bufferyard.api.dma;

import java.util.List;
import java.util.Optional;
import org.bufferyard.api.dma.PciPath.Bridge;
import org.bufferyard.api.dma.PciPath.Peers;

/**
 * How one PCI function reaches the registers of another: {@code drivers/pci/p2pdma.c:
 * pci_p2pdma_map_type(), calc_map_type_and_dist()} (SEMANTICS F14). Immutable.
 *
 * @param distance steps over bridges to the common one, or to both roots without one; -1 where there
 *     is no way to count
 * @param acsRedirected whether the functions have a bridge in common and ACS sends what they exchange
 *     past it
 * @param busOffset to add to a CPU address for {@link MapType#BUS_ADDR}
 */
public record PeerToPeer(MapType type, int distance, boolean acsRedirected, long busOffset) {

  /** {@code enum pci_p2pdma_map_type}. */
  public enum MapType {
    /** -EREMOTEIO of a list mapping, -EINVAL of the phys_vec helper. */
    NOT_SUPPORTED,
    /** Below one bridge: the provider's bus address, no IOMMU on the way. */
    BUS_ADDR,
    /** Up to the host bridge and down again: mapped as anything else is. */
    THRU_HOST_BRIDGE
  }

  private static final PeerToPeer UNREACHABLE =
      new PeerToPeer(MapType.NOT_SUPPORTED, -1, false, 0);

  /**
   * The way from a client to a provider's registers. What is no PCI function has none, and a
   * function of which nobody says where it stands has only the one to itself.
   */
  public static PeerToPeer between(DmaDevice provider, DmaDevice client) {
    if (!provider.isPci() || !client.isPci()) {
      return UNREACHABLE;
    }
    Optional<PciPath> from = provider.pciPath();
    if (provider.id().equals(client.id())) {
      return new PeerToPeer(
          MapType.BUS_ADDR, 0, false, from.map(PciPath::busOffset).orElse(0L));
    }
    Optional<PciPath> to = client.pciPath();
    return from.isPresent() && to.isPresent() ? between(from.get(), to.get()) : UNREACHABLE;
  }

  /**
   * The same where it is not sure whose registers they are.
   *
   * @param provider empty: nobody's
   */
  public static PeerToPeer between(Optional<? extends DmaDevice> provider, DmaDevice client) {
    return provider.map(p -> between(p, client)).orElse(UNREACHABLE);
  }

  /** Two different functions. */
  private static PeerToPeer between(PciPath provider, PciPath client) {
    List<Bridge> up = provider.upstream();
    boolean redirects = false;
    for (int a = 0; a < up.size(); a++) {
      // The common bridge is the last of the provider's way: its own bits count too.
      redirects |= up.get(a).acsRedirect();
      int b = indexOf(client.upstream(), up.get(a).id());
      if (b >= 0) {
        redirects |= client.upstream().subList(0, b).stream().anyMatch(Bridge::acsRedirect);
        int distance = a + 1 + b + 1;
        return redirects
            ? throughHostBridge(provider, client, distance, true)
            : new PeerToPeer(MapType.BUS_ADDR, distance, false, provider.busOffset());
      }
    }
    int distance = up.size() + 1 + client.upstream().size() + 1;
    return throughHostBridge(provider, client, distance, false);
  }

  /** Why there is no way, for {@link MapType#NOT_SUPPORTED}: follows the client's name in a sentence. */
  public String whyNotSupported(DmaDevice client) {
    if (!client.isPci()) {
      return "is no PCI function and reaches no peer";
    }
    return acsRedirected
        ? "is sent to a host bridge by ACS, which forwards to no peer"
        : "has no bridge in common with the registers, and its host bridge forwards to no peer";
  }

  private static int indexOf(List<Bridge> bridges, String id) {
    for (int i = 0; i < bridges.size(); i++) {
      if (bridges.get(i).id().equals(id)) {
        return i;
      }
    }
    return -1;
  }

  private static PeerToPeer throughHostBridge(
      PciPath provider, PciPath client, int distance, boolean acsRedirected) {
    return new PeerToPeer(
        isForwarded(provider, client) ? MapType.THRU_HOST_BRIDGE : MapType.NOT_SUPPORTED,
        distance,
        acsRedirected,
        0);
  }

  /** cpu_supports_p2pdma() or host_bridge_whitelist(). */
  private static boolean isForwarded(PciPath provider, PciPath client) {
    if (provider.peers() == Peers.CPU || client.peers() == Peers.CPU) {
      return true;
    }
    return provider.hostBridge().equals(client.hostBridge())
        ? provider.peers() != Peers.UNLISTED
        : provider.peers() == Peers.ANY_HOST_BRIDGE && client.peers() == Peers.ANY_HOST_BRIDGE;
  }
}
