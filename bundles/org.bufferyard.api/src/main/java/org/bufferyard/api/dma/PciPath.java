package org.bufferyard.api.dma;

import java.util.List;
import java.util.Objects;

/**
 * Where a PCI function stands: its host bridge and the bridges between. Immutable.
 *
 * <p>Not modelled: ACS of the functions themselves; bridges count only.
 *
 * @param hostBridge id of the host bridge
 * @param peers what the host bridge forwards between functions
 * @param busOffset bus address less CPU address of the function's register windows
 * @param upstream {@code pci_upstream_bridge()} from the function up to the root port; empty on the
 *     root bus
 */
public record PciPath(String hostBridge, Peers peers, long busOffset, List<Bridge> upstream) {

  /** Peer-to-peer through a host bridge ({@code pci_p2pdma_whitelist}, {@code cpu_supports_p2pdma}). */
  public enum Peers {
    /** Not on the kernel's list, and the CPU vouches for nothing. */
    UNLISTED,
    /** On the list, both functions below this very host bridge (REQ_SAME_HOST_BRIDGE). */
    SAME_HOST_BRIDGE,
    /** On the list, across host bridges that are on it too. */
    ANY_HOST_BRIDGE,
    /** The CPU is an AMD of family 17h or later: the list is not asked. */
    CPU
  }

  /**
   * A root port, or a port of a switch.
   *
   * @param acsRedirect whether its ACS control has a redirect bit: request, completion, egress (RR,
   *     CR, EC)
   */
  public record Bridge(String id, boolean acsRedirect) {
    public Bridge {
      Objects.requireNonNull(id, "id");
    }
  }

  public PciPath {
    Objects.requireNonNull(hostBridge, "hostBridge");
    Objects.requireNonNull(peers, "peers");
    upstream = List.copyOf(upstream);
  }
}
