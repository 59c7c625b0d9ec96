package org.bufferyard.api.dma;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Arrays;
import java.util.List;
import org.bufferyard.api.contract.PlainDevice;
import org.bufferyard.api.dma.PciPath.Bridge;
import org.bufferyard.api.dma.PciPath.Peers;
import org.bufferyard.api.dma.PeerToPeer.MapType;
import org.junit.jupiter.api.Test;

/** F14: how far two functions are, what ACS does, and what the host bridge forwards. */
class PeerToPeerTest {
  private static final PeerToPeer NONE = new PeerToPeer(MapType.NOT_SUPPORTED, -1, false, 0);

  private Peers peers = Peers.UNLISTED;

  /** A function below those bridges, nearest first; one ending in "!" redirects. */
  private PlainDevice function(String id, String host, String... bridges) {
    List<Bridge> upstream =
        Arrays.stream(bridges)
            .map(b -> new Bridge(b.replace("!", ""), b.endsWith("!")))
            .toList();
    return new PlainDevice(id).at(new PciPath(host, peers, 0, upstream));
  }

  private static PeerToPeer busAddress(int distance) {
    return new PeerToPeer(MapType.BUS_ADDR, distance, false, 0);
  }

  private static PeerToPeer through(int distance, boolean acs) {
    return new PeerToPeer(MapType.THRU_HOST_BRIDGE, distance, acs, 0);
  }

  private static PeerToPeer unsupported(int distance, boolean acs) {
    return new PeerToPeer(MapType.NOT_SUPPORTED, distance, acs, 0);
  }

  @Test
  void aFunctionReachesItselfAtDistanceNone() {
    assertEquals(
        busAddress(0),
        PeerToPeer.between(function("a", "h", "port!"), function("a", "h", "port!")));
  }

  @Test
  void twoFunctionsOfADeviceAreTwoApart() {
    assertEquals(
        busAddress(2), PeerToPeer.between(function("a", "h", "p"), function("b", "h", "p")));
  }

  @Test
  void belowOneSwitchTheyAreFourApart() {
    assertEquals(
        busAddress(4),
        PeerToPeer.between(
            function("a", "h", "down1", "up", "port"), function("b", "h", "down2", "up", "port")));
  }

  @Test
  void theyNeedNotBeEquallyDeep() {
    assertEquals(
        busAddress(5),
        PeerToPeer.between(
            function("a", "h", "d3", "u2", "d1", "up"), function("b", "h", "up")));
    assertEquals(
        busAddress(5),
        PeerToPeer.between(
            function("b", "h", "up"), function("a", "h", "d3", "u2", "d1", "up")));
  }

  @Test
  void aRedirectOnAnyBridgeUpToTheCommonOneSendsThemToTheHostBridge() {
    PlainDevice a = function("a", "h", "down1", "up", "port");
    PlainDevice b = function("b", "h", "down2", "up", "port");
    assertEquals(
        unsupported(4, true),
        PeerToPeer.between(function("a", "h", "down1!", "up", "port"), b), "provider's side");
    assertEquals(
        unsupported(4, true),
        PeerToPeer.between(a, function("b", "h", "down2!", "up", "port")), "client's side");
    assertEquals(
        unsupported(4, true),
        PeerToPeer.between(
            function("a", "h", "down1", "up!", "port"), function("b", "h", "down2", "up!", "port")),
        "the common one");
    peers = Peers.SAME_HOST_BRIDGE;
    assertEquals(
        through(4, true),
        PeerToPeer.between(
            function("a", "h", "down1!", "up", "port"), function("b", "h", "down2", "up", "port")));
  }

  @Test
  void aRedirectAboveTheCommonBridgeIsNotOnTheWay() {
    assertEquals(
        busAddress(4),
        PeerToPeer.between(
            function("a", "h", "down1", "up", "port!"),
            function("b", "h", "down2", "up", "port!")));
  }

  @Test
  void withoutACommonBridgeTheHostBridgeDecides() {
    assertEquals(
        unsupported(4, false),
        PeerToPeer.between(function("a", "h", "port1"), function("b", "h", "port2")));
    peers = Peers.SAME_HOST_BRIDGE;
    assertEquals(
        through(4, false),
        PeerToPeer.between(function("a", "h", "port1"), function("b", "h", "port2")));
    assertEquals(
        through(2, false), PeerToPeer.between(function("a", "h"), function("b", "h")), "root bus");
  }

  @Test
  void acrossHostBridgesBothHaveToBeListedForIt() {
    PlainDevice unlisted = function("x", "h3");
    peers = Peers.SAME_HOST_BRIDGE;
    PlainDevice narrow = function("a", "h1");
    assertEquals(unsupported(2, false), PeerToPeer.between(narrow, function("b", "h2")));
    peers = Peers.ANY_HOST_BRIDGE;
    PlainDevice wide = function("b", "h2");
    assertEquals(unsupported(2, false), PeerToPeer.between(narrow, wide));
    assertEquals(unsupported(2, false), PeerToPeer.between(wide, narrow));
    assertEquals(unsupported(2, false), PeerToPeer.between(wide, unlisted));
    assertEquals(through(2, false), PeerToPeer.between(wide, function("c", "h4")));
  }

  @Test
  void aCpuThatVouchesForItsRootsIsAskedForNoList() {
    peers = Peers.CPU;
    assertEquals(through(2, false), PeerToPeer.between(function("a", "h1"), function("b", "h2")));
  }

  @Test
  void theBusOffsetIsTheProviders() {
    PlainDevice a =
        new PlainDevice("a")
            .at(new PciPath("h", Peers.UNLISTED, 0x1000, List.of(new Bridge("p", false))));
    assertEquals(
        new PeerToPeer(MapType.BUS_ADDR, 2, false, 0x1000),
        PeerToPeer.between(a, function("b", "h", "p")));
    assertEquals(busAddress(2), PeerToPeer.between(function("b", "h", "p"), a));
  }

  @Test
  void whatIsNoPciFunctionHasNoPeers() {
    PlainDevice onChip = new PlainDevice("cam");
    peers = Peers.CPU;
    assertEquals(NONE, PeerToPeer.between(onChip, function("a", "h")));
    assertEquals(NONE, PeerToPeer.between(function("a", "h"), onChip));
    assertEquals(NONE, PeerToPeer.between(onChip, onChip));
  }
}
