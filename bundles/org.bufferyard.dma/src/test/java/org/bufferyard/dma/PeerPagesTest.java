package org.bufferyard.dma;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.bufferyard.api.dma.DmaAddress;
import org.bufferyard.api.dma.DmaAttrs;
import org.bufferyard.api.dma.DmaDirection;
import org.bufferyard.api.dma.PciPath;
import org.bufferyard.api.dma.PciPath.Bridge;
import org.bufferyard.api.dma.PciPath.Peers;
import org.bufferyard.api.event.DmaEvent;
import org.bufferyard.api.kernel.Errno;
import org.bufferyard.api.kernel.KernelProfile;
import org.bufferyard.api.memory.PageBacking;
import org.bufferyard.api.memory.PageRef;
import org.bufferyard.api.memory.PhysRange;
import org.bufferyard.api.memory.Segment;
import org.bufferyard.api.memory.SgTable;
import org.junit.jupiter.api.Test;

/**
 * Peer-to-peer pages (F14) in dma_direct_map_sg(), iommu_dma_map_sg(), __finalise_sg(), their reverse,
 * and dma_map_page().
 */
class PeerPagesTest {
  private static final long RAM = 0x8000_0000L;
  private static final long WINDOW = 0x1000_0000L;
  private static final long OTHER = 0x1800_0000L;
  private static final DmaDirection BOTH = DmaDirection.BIDIRECTIONAL;

  private TestYard yard;
  private TestDevice client;

  private void open(KernelProfile kernel) {
    yard = new TestYard(kernel);
    client = yard.device("client");
    client.pci = true;
  }

  PeerPagesTest() {
    open(KernelProfile.LINUX_7_3);
  }

  private static PciPath path(Peers peers, long busOffset, Bridge... bridges) {
    return new PciPath("root", peers, busOffset, List.of(bridges));
  }

  private TestDevice provider(long window, PciPath path) {
    TestDevice provider = yard.device("provider@" + Long.toHexString(window));
    provider.pci = true;
    provider.path = Optional.of(path);
    yard.windows.put(new PhysRange(window, 2 << 20), provider);
    return provider;
  }

  /** Both below one switch that redirects nothing. */
  private void belowOneSwitch(long busOffset) {
    Bridge common = new Bridge("switch", false);
    provider(WINDOW, path(Peers.UNLISTED, busOffset, common));
    client.path = Optional.of(path(Peers.UNLISTED, 0, common));
  }

  private void throughTheHostBridge() {
    provider(WINDOW, path(Peers.SAME_HOST_BRIDGE, 0));
    client.path = Optional.of(path(Peers.SAME_HOST_BRIDGE, 0));
  }

  private void apart() {
    provider(WINDOW, path(Peers.UNLISTED, 0));
    client.path = Optional.of(path(Peers.UNLISTED, 0));
  }

  private static PageRef peer(long phys) {
    return new PageRef(phys >>> PageRef.SHIFT, PageBacking.PEER);
  }

  private static Segment.PageBacked peer(long phys, long length) {
    return new Segment.PageBacked(peer(phys), (int) (phys & 0xfff), length);
  }

  private Segment.PageBacked ram(long phys, long length) {
    return new Segment.PageBacked(yard.page(phys), (int) (phys & 0xfff), length);
  }

  private int map(SgTable list) {
    return yard.dma().mapSgtable(client, list, BOTH, DmaAttrs.NONE);
  }

  private void unmap(SgTable list) {
    yard.dma().unmapSgtable(client, list, BOTH, DmaAttrs.NONE);
  }

  /** Address, length, and * for a bus address, of each mapped segment. */
  private static List<String> mapped(SgTable list) {
    List<String> texts = new ArrayList<>();
    for (int i = 0; i < list.nents(); i++) {
      Segment s = list.segments().get(i);
      texts.add(
          Long.toHexString(s.dma()) + "+" + s.dmaLength() + (list.isBusAddress(i) ? "*" : ""));
    }
    return texts;
  }

  private boolean says(String text) {
    return yard.said(d -> d.rule().id().equals("F14") && d.text().contains(text));
  }

  // ---- dma_direct_map_sg() ----

  @Test
  void belowOneBridgeAListGetsBusAddresses() {
    belowOneSwitch(0x4000_0000L);
    SgTable list = yard.mixed(ram(RAM, 4096), peer(WINDOW, 8192), ram(RAM + 0x10000, 4096));
    assertEquals(0, map(list));
    assertEquals(List.of("80000000+4096", "50000000+8192*", "80010000+4096"), mapped(list));
    assertTrue(says("bus address 0x50000000, nothing is mapped"));
    unmap(list);
    assertFalse(list.isBusAddress(1), "dma_direct_unmap_sg() takes the mark away");
    assertEquals(List.of(), yard.recorded.of(DmaEvent.HazardRaised.class));
    assertEquals(List.of(), yard.badPages, "they have a page and a linear mapping");
  }

  @Test
  void throughTheHostBridgeTheyAreMappedAsMemoryIs() {
    throughTheHostBridge();
    SgTable list = yard.mixed(peer(WINDOW, 4096), ram(RAM, 4096));
    assertEquals(0, map(list));
    assertEquals(List.of("10000000+4096", "80000000+4096"), mapped(list));
    assertTrue(says("through the host bridge"));
    unmap(list);
  }

  @Test
  void withoutAWayTheListFailsWithEremoteioAndWhatWasMappedIsUndone() {
    apart();
    client.incoherent();
    SgTable list = yard.mixed(ram(RAM, 4096), peer(WINDOW, 4096));
    assertEquals(Errno.EREMOTEIO.rc(), map(list));
    assertTrue(says("its host bridge forwards to no peer: -EREMOTEIO"));
    assertEquals(0, yard.ledger.size());
    client.pci = false;
    assertEquals(Errno.EREMOTEIO.rc(), map(list));
    assertTrue(says("client is no PCI function and reaches no peer: -EREMOTEIO"));
  }

  @Test
  void anAcsRedirectIsNamed() {
    Bridge common = new Bridge("switch", true);
    provider(WINDOW, path(Peers.UNLISTED, 0, common));
    client.path = Optional.of(path(Peers.UNLISTED, 0, common));
    assertEquals(Errno.EREMOTEIO.rc(), map(yard.mixed(peer(WINDOW, 4096))));
    assertTrue(says("sent to a host bridge by ACS"));
  }

  /** pci_p2pdma_state() looks anew where the pages change hands. */
  @Test
  void eachProviderHasItsOwnWay() {
    belowOneSwitch(0);
    provider(OTHER, path(Peers.UNLISTED, 0));
    assertEquals(0, map(yard.mixed(peer(WINDOW, 4096), peer(WINDOW + 4096, 4096))));
    assertEquals(
        Errno.EREMOTEIO.rc(), map(yard.mixed(peer(WINDOW, 4096), peer(OTHER, 4096))));
    assertEquals(
        Errno.EREMOTEIO.rc(), map(yard.mixed(peer(0x2000_0000L, 4096))), "nobody's registers");
  }

  @Test
  void until7PeerPagesAreNeverBounced() {
    open(KernelProfile.LINUX_6_12);
    throughTheHostBridge();
    client.masks(0xff_ffffL);
    SgTable list = yard.mixed(peer(WINDOW, 4096));
    assertEquals(Errno.EIO.rc(), map(list));
    assertTrue(says("is never bounced"));
    assertEquals(0, yard.slots.usedSlots());
  }

  /** dma_direct_map_phys() asks for an attribute, which a list of pages does not give it. */
  @Test
  void since7TheyAreBouncedAsAnythingElseIs() {
    throughTheHostBridge();
    client.masks(0x7fff_ffffL);
    provider(0x1_8000_0000L, path(Peers.SAME_HOST_BRIDGE, 0));
    SgTable list = yard.mixed(peer(0x1_8000_0000L, 4096));
    assertEquals(0, map(list));
    assertEquals(1, yard.recorded.of(DmaEvent.Bounced.class).size());
    assertTrue(TestYard.BOUNCE.contains(list.segments().getFirst().dma()));
    unmap(list);
    assertEquals(0, yard.slots.usedSlots());
    assertEquals(List.of(), yard.recorded.of(DmaEvent.Oopsed.class));
  }

  @Test
  void syncsPassOverBusAddresses() {
    belowOneSwitch(0);
    client.incoherent();
    SgTable list = yard.mixed(peer(WINDOW, 4096));
    assertEquals(0, map(list));
    yard.dma().syncSg(client, list, BOTH, true);
    yard.dma().syncSg(client, list, BOTH, false);
    assertEquals(List.of(), yard.recorded.of(DmaEvent.CacheCleaned.class));
    assertEquals(List.of(), yard.recorded.of(DmaEvent.CacheInvalidated.class));
    unmap(list);
  }

  // ---- iommu_dma_map_sg() ----

  @Test
  void behindAnIommuBusAddressesTakeNoIova() {
    open(KernelProfile.LINUX_6_12);
    belowOneSwitch(0x4000_0000L);
    yard.translate(client);
    SgTable list =
        yard.mixed(
            ram(RAM, 4096), peer(WINDOW, 8192), ram(RAM + 4096, 4096), ram(RAM + 8192, 4096));
    assertEquals(0, map(list));
    long iova = list.segments().getFirst().dma();
    assertEquals(
        List.of(
            Long.toHexString(iova) + "+4096",
            "50000000+8192*",
            Long.toHexString(iova + 4096) + "+8192"),
        mapped(list),
        "a bus address parts segments that would merge");
    assertEquals(
        12288,
        yard.recorded.of(DmaEvent.IommuMapped.class).stream()
            .mapToLong(DmaEvent.IommuMapped::size)
            .sum());
    unmap(list);
    assertEquals(
        12288,
        yard.recorded.of(DmaEvent.IommuUnmapped.class).stream()
            .mapToLong(DmaEvent.IommuUnmapped::size)
            .sum());
    assertEquals(0, yard.ledger.size());
    assertEquals(List.of(), yard.recorded.of(DmaEvent.HazardRaised.class));
  }

  @Test
  void aListOfBusAddressesAloneIsMappedNowhere() {
    belowOneSwitch(0);
    yard.translate(client);
    SgTable list = yard.mixed(peer(WINDOW, 4096), peer(WINDOW + 4096, 4096));
    assertEquals(0, map(list));
    assertEquals(List.of("10000000+4096*", "10001000+4096*"), mapped(list));
    unmap(list);
    assertEquals(List.of(), yard.recorded.of(DmaEvent.IommuMapped.class));
    assertEquals(List.of(), yard.recorded.of(DmaEvent.IommuUnmapped.class));
    assertEquals(List.of(), yard.recorded.of(DmaEvent.HazardRaised.class));
    assertEquals(0, yard.ledger.size());
  }

  /** The first segment with an IOVA begins the range to unmap, wherever it stands. */
  @Test
  void aBusAddressInFrontIsPassedOverAtUnmap() {
    belowOneSwitch(0);
    yard.translate(client);
    SgTable list = yard.mixed(peer(WINDOW, 4096), ram(RAM, 4096), peer(WINDOW + 8192, 4096));
    assertEquals(0, map(list));
    assertEquals(3, list.nents());
    unmap(list);
    DmaEvent.IommuUnmapped undone =
        yard.recorded.of(DmaEvent.IommuUnmapped.class).getFirst();
    assertEquals(4096, undone.size());
    assertEquals(0, yard.ledger.size());
  }

  @Test
  void throughTheHostBridgeTheyGetIovas() {
    throughTheHostBridge();
    yard.translate(client);
    SgTable list = yard.mixed(peer(WINDOW, 4096), ram(RAM, 4096));
    assertEquals(0, map(list));
    assertEquals(1, list.nents());
    assertFalse(list.isBusAddress(0));
    assertEquals(
        WINDOW, yard.recorded.of(DmaEvent.IommuMapped.class).getFirst().phys());
    unmap(list);
    assertEquals(0, yard.ledger.size());
  }

  @Test
  void behindAnIommuNoWayIsEremoteioTooAndTheListIsRestored() {
    apart();
    yard.translate(client);
    SgTable list = yard.mixed(ram(RAM, 4096), peer(WINDOW, 4096));
    assertEquals(Errno.EREMOTEIO.rc(), map(list));
    assertEquals(Segment.NO_DMA, list.segments().getFirst().dma());
    assertEquals(List.of(), yard.recorded.of(DmaEvent.IommuMapped.class));
    assertEquals(0, yard.ledger.size());
  }

  /** Since 6.16 the length is taken from the head of the list. */
  @Test
  void aBusAddressGetsTheLengthOfTheFirstEntry() {
    belowOneSwitch(0);
    yard.translate(client);
    SgTable list = yard.mixed(ram(RAM, 8192), peer(WINDOW, 4096));
    assertEquals(0, map(list));
    assertEquals("10000000+8192*", mapped(list).getLast());
    assertTrue(yard.hazard("F14"));
    unmap(list);
    open(KernelProfile.LINUX_6_12);
    belowOneSwitch(0);
    yard.translate(client);
    SgTable before = yard.mixed(ram(RAM, 8192), peer(WINDOW, 4096));
    assertEquals(0, map(before));
    assertEquals("10000000+4096*", mapped(before).getLast());
    assertFalse(yard.hazard("F14"));
  }

  /** iommu_dma_map_sg_swiotlb(): entry by entry, and no way is asked for. */
  @Test
  void anUntrustedDeviceBouncesAPartOfAPage() {
    throughTheHostBridge();
    client.untrusted = true;
    yard.translate(client);
    SgTable list = yard.mixed(peer(WINDOW + 16, 100));
    assertEquals(0, map(list));
    assertEquals(1, yard.recorded.of(DmaEvent.Bounced.class).size());
    assertEquals(List.of(), yard.recorded.of(DmaEvent.HazardRaised.class));
    unmap(list);
    assertEquals(0, yard.slots.usedSlots());
    open(KernelProfile.LINUX_7_3);
    apart();
    client.untrusted = true;
    yard.translate(client);
    assertEquals(0, map(yard.mixed(peer(WINDOW, 4096))), "not refused");
    assertTrue(yard.hazard("F14"));
  }

  @Test
  void aListThatIsMappedAnewLosesItsMarks() {
    belowOneSwitch(0);
    SgTable list = yard.mixed(peer(WINDOW, 4096));
    assertEquals(0, map(list));
    assertTrue(list.copy().isBusAddress(0));
    client.path = Optional.of(path(Peers.UNLISTED, 0));
    assertEquals(Errno.EREMOTEIO.rc(), map(list));
    assertFalse(list.isBusAddress(0));
  }

  // ---- dma_map_page() ----

  private long mapPage() {
    return yard.dma().mapPage(client, peer(WINDOW), 0, 4096, BOTH, DmaAttrs.NONE);
  }

  @Test
  void onePageAsksForNoWay() {
    throughTheHostBridge();
    assertEquals(WINDOW, mapPage());
    assertFalse(yard.hazard("F14"));
    yard.dma().unmap(client, WINDOW, 4096, BOTH, DmaAttrs.NONE);
    assertEquals(0, yard.ledger.size());
  }

  @Test
  void onePageOfAPeerThatIsOutOfReachIsMappedAllTheSame() {
    apart();
    assertEquals(WINDOW, mapPage());
    assertTrue(yard.hazard("F14"));
  }

  @Test
  void onePageIsGivenNoBusAddress() {
    belowOneSwitch(0);
    assertEquals(WINDOW, mapPage());
    assertFalse(yard.hazard("F14"), "the CPU address is the one on the bus");
    open(KernelProfile.LINUX_7_3);
    belowOneSwitch(0x4000_0000L);
    assertEquals(WINDOW, mapPage());
    assertTrue(yard.hazard("F14"));
    open(KernelProfile.LINUX_7_3);
    belowOneSwitch(0);
    yard.translate(client);
    assertNotEquals(WINDOW, mapPage());
    assertTrue(yard.hazard("F14"), "an IOVA means nothing to the bridge");
  }

  @Test
  void debugKernelsOf7RefuseOnePage() {
    throughTheHostBridge();
    yard.debugsDma = true;
    assertEquals(DmaAddress.MAPPING_ERROR, mapPage());
    open(KernelProfile.LINUX_6_12);
    throughTheHostBridge();
    yard.debugsDma = true;
    assertEquals(WINDOW, mapPage());
  }

  @Test
  void until7OnePageIsNeverBouncedEither() {
    open(KernelProfile.LINUX_6_1);
    throughTheHostBridge();
    client.masks(0xff_ffffL);
    assertEquals(DmaAddress.MAPPING_ERROR, mapPage());
    assertTrue(says("is never bounced"));
  }
}
