package org.bufferyard.dma.mapping;

import static org.bufferyard.api.dma.DmaAddress.hex;

import java.util.Optional;
import org.bufferyard.api.dma.DmaDevice;
import org.bufferyard.api.dma.PeerToPeer;
import org.bufferyard.api.dma.PeerToPeer.MapType;
import org.bufferyard.api.memory.Segment;
import org.bufferyard.api.memory.SgTable;
import org.bufferyard.platform.yard.DmaEngineContext;
import org.bufferyard.platform.yard.YardDevice;

/**
 * How the pages of one list reach one device ({@code struct pci_p2pdma_map_state}, pci_p2pdma_state()):
 * asked for at the first page of each provider, and said then. A list without peer-to-peer pages costs a
 * look at each entry. Engine thread only.
 */
public final class PeerWays {
  private final YardDevice device;
  private final MapType[] types;
  private final long[] busAddresses;

  /** The first entry that there is no way to; -1: none. */
  private int refused = -1;

  private PeerWays(YardDevice device, int entries) {
    this.device = device;
    this.types = new MapType[entries];
    this.busAddresses = new long[entries];
  }

  /** Empty when no entry is a peer-to-peer page. */
  public static Optional<PeerWays> of(
      DmaEngineContext yard, Trail trail, YardDevice device, SgTable table, CpuList cpu) {
    return cpu.hasPeers()
        ? Optional.of(new PeerWays(device, cpu.size()).asked(yard, trail, table, cpu))
        : Optional.empty();
  }

  private PeerWays asked(DmaEngineContext yard, Trail trail, SgTable table, CpuList cpu) {
    Optional<YardDevice> last = Optional.empty();
    PeerToPeer way = null;
    for (int i = 0; i < cpu.size() && refused < 0; i++) {
      if (!isPeer(table, i)) {
        continue;
      }
      Optional<YardDevice> provider = yard.registersAt(cpu.phys(i));
      if (way == null || !provider.equals(last)) {
        way = PeerToPeer.between(provider, device);
        say(trail, provider, way, cpu.phys(i));
        last = provider;
      }
      types[i] = way.type();
      busAddresses[i] = cpu.phys(i) + way.busOffset();
      refused = way.type() == MapType.NOT_SUPPORTED ? i : refused;
    }
    return this;
  }

  /** Whether an entry is a peer-to-peer page. */
  public static boolean isPeer(SgTable table, int index) {
    return table.segments().get(index) instanceof Segment.PageBacked p && CpuList.isPeer(p.page());
  }

  private void say(Trail trail, Optional<YardDevice> provider, PeerToPeer way, long phys) {
    if (!trail.on()) {
      return;
    }
    String pages =
        "the page at "
            + hex(phys)
            + " is in the registers of "
            + provider.map(DmaDevice::name).orElse("nobody");
    trail.decided(
        PeerRules.WAY,
        device.id(),
        switch (way.type()) {
          case NOT_SUPPORTED ->
              pages + ", and " + device.name() + " " + way.whyNotSupported(device) + ": -EREMOTEIO";
          case BUS_ADDR ->
              pages
                  + ", below a bridge in common at distance "
                  + way.distance()
                  + ": bus address "
                  + hex(phys + way.busOffset())
                  + ", nothing is mapped";
          case THRU_HOST_BRIDGE ->
              pages
                  + ", distance "
                  + way.distance()
                  + " through the host bridge"
                  + (way.acsRedirected() ? ", to which ACS redirects" : "")
                  + ": mapped by its CPU address as memory is";
        },
        "type",
        way.type().name(),
        "distance",
        Integer.toString(way.distance()));
  }

  /** The first entry that there is no way to: -EREMOTEIO; -1 when there is one to all. */
  public int refused() {
    return refused;
  }

  /** PCI_P2PDMA_MAP_BUS_ADDR. */
  public boolean isBusAddress(int index) {
    return types[index] == MapType.BUS_ADDR;
  }

  public long busAddress(int index) {
    return busAddresses[index];
  }

  /** PCI_P2PDMA_MAP_THRU_HOST_BRIDGE. */
  public boolean isThroughHostBridge(int index) {
    return types[index] == MapType.THRU_HOST_BRIDGE;
  }
}
