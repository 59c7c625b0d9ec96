package org.bufferyard.topology;

import static org.bufferyard.topology.TestBoards.range;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import org.bufferyard.api.dma.PciPath;
import org.bufferyard.api.iommu.StreamId;
import org.bufferyard.platform.spec.DeviceSpec;
import org.bufferyard.platform.spec.PlatformSpec;
import org.junit.jupiter.api.Test;

/** What of a device ends up in its record: streams, pools, limits, reserved IOVA (D3). */
class DeviceCompilerTest {
  private static final String MMU =
      "<components T:Iommu\" id=\"mmu\" name=\"mmu\" model=\"arm,smmu-v3\" %s>%s</components>";

  private static DeviceSpec device(String content) {
    return TestBoards.compile(content).device("d").orElseThrow();
  }

  private static String dev(String attributes, String content) {
    return "<components T:Device\" id=\"d\" name=\"d\" model=\"m\" %s>%s</components>"
        .formatted(attributes, content);
  }

  @Test
  void limitsAreEmptyUnlessStated() {
    DeviceSpec plain = device(dev("", ""));
    assertEquals(DeviceSpec.Limits.DEFAULT, plain.limits());
    DeviceSpec stated =
        device(
            dev(
                "maxSegmentSize=\"64K\" segmentBoundary=\"0xffffffff\" minAlignMask=\"0xfff\"",
                ""));
    assertEquals(
        new DeviceSpec.Limits(OptionalLong.of(65536), 0xffff_ffffL, 0xfff), stated.limits());
    assertEquals(Optional.empty(), plain.requiresContiguous());
    assertEquals("http://bufferyard.org/topology/1.0#Device", plain.type());
    assertEquals(Map.of(), plain.attributes());
  }

  @Test
  void specifiersAreUnsigned() {
    DeviceSpec spec =
        device(
            MMU.formatted("specifierCells=\"2\"", "")
                + dev("", "<iommus iommu=\"mmu\" specifier=\"0xffffffff 0x7f\"/>"));
    assertEquals(List.of(new StreamId("mmu", List.of(0xffff_ffffL, 0x7fL))), spec.streams());
  }

  @Test
  void aDisabledIommuMeansNoIommuAndAFinding() {
    BoardReading reading =
        TestBoards.read(
            "",
            "<components T:Memory\" id=\"ram\" name=\"ram\" base=\"0x0\" size=\"1G\"/>"
                + MMU.formatted("disabled=\"true\"", "")
                + dev("", "<iommus iommu=\"mmu\" specifier=\"0x1\"/>"));
    PlatformSpec spec = reading.orThrow("f");
    assertEquals(List.of(), spec.device("d").orElseThrow().streams());
    assertEquals(false, spec.iommu("mmu").orElseThrow().enabled());
    assertTrue(reading.warnings("f").getFirst().contains("'mmu' is disabled"));
  }

  @Test
  void whatIsDisabledTakesNoPart() {
    PlatformSpec spec =
        TestBoards.compile(
            "<components T:Bus\" id=\"soc\" name=\"soc\" disabled=\"true\">"
                + dev("", "")
                + "</components>");
    assertEquals(List.of(), spec.devices());
  }

  @Test
  void requesterIdsGoThroughTheMapOfTheHost() {
    DeviceSpec spec =
        device(
            MMU.formatted("", "")
                + "<components T:Bus\" id=\"pcie\" name=\"pcie\" pci=\"true\"><iommuMap"
                + " requesterId=\"0\" iommu=\"mmu\" specifierBase=\"4096\" length=\"256\"/>"
                + dev("pci=\"true\" requesterId=\"128\"", "")
                + "</components>");
    assertEquals(List.of(new StreamId("mmu", List.of(4096L + 128))), spec.streams());
  }

  private static List<StreamId> streams(String mask, String map, int requesterId) {
    return TestBoards.read(
            "",
            "<components T:Memory\" id=\"ram\" name=\"ram\" base=\"0x0\" size=\"1G\"/>"
                + MMU.formatted("", "")
                + "<components T:Iommu\" id=\"off\" name=\"off\" model=\"arm,smmu-v3\""
                + " disabled=\"true\"/>"
                + "<components T:Bus\" id=\"pcie\" name=\"pcie\" pci=\"true\" iommuMapMask=\""
                + mask
                + "\">"
                + map
                + dev("pci=\"true\" requesterId=\"" + requesterId + "\"", "")
                + "</components>")
        .orThrow("f")
        .device("d")
        .orElseThrow()
        .streams();
  }

  private static String entry(String iommu, int first, int specifier, int length) {
    return "<iommuMap requesterId=\"%d\" iommu=\"%s\" specifierBase=\"%d\" length=\"%d\"/>"
        .formatted(first, iommu, specifier, length);
  }

  @Test
  void requesterIdsAreMaskedBeforeTheMapIsAsked() {
    String map = entry("mmu", 0, 0x1000, 0x100);
    assertEquals(List.of(new StreamId("mmu", List.of(0x1000L))), streams("0x0", map, 0x428));
    assertEquals(List.of(new StreamId("mmu", List.of(0x1028L))), streams("0xff", map, 0x428));
    assertEquals(List.of(), streams("0xffffffff", map, 0x428));
  }

  @Test
  void theFirstEntryThatCoversDecidesAndAMaskedOutBaseEndsTheSearch() {
    String on = entry("mmu", 0, 0x1000, 0x100);
    assertEquals(List.of(), streams("0xffff", entry("off", 0, 0, 1) + on, 0));
    assertEquals(
        List.of(new StreamId("mmu", List.of(0x1001L))),
        streams("0xffff", entry("off", 0, 0, 1) + on, 1));
    assertEquals(List.of(), streams("0xff", entry("mmu", 0x100, 0, 1) + on, 0), "-EFAULT");
  }

  @Test
  void windowsOfAHostBridgeAndGapsBetweenItsRangesAreKeptFree() {
    DeviceSpec spec =
        device(
            "<components T:Bus\" id=\"pcie\" name=\"pcie\" pci=\"true\">"
                + "<dmaRanges dma=\"0x80000000\" parent=\"0x0\" size=\"1G\"/>"
                + "<dmaRanges dma=\"0x10000000\" parent=\"0x0\" size=\"256M\"/>"
                + "<windows base=\"0x40000000\" size=\"256M\"/>"
                + dev("pci=\"true\"", "")
                + "</components>");
    assertEquals(
        List.of(
            range(0x4000_0000L, 0x1000_0000L),
            range(0, 0x1000_0000L),
            range(0x2000_0000L, 0x6000_0000L),
            range(0xc000_0000L, -0xc000_0000L)),
        spec.reservedIova());
    assertEquals(List.of(), spec.identityIova());
  }

  @Test
  void pciBusesInsideEachOtherAreBridgesUpToTheHostBridge() {
    DeviceSpec spec =
        device(
            "<components T:Bus\" id=\"host\" name=\"host\" pci=\"true\""
                + " peerForwarding=\"same-host-bridge\" busOffset=\"0xffffffffc0000000\">"
                + "<components T:Bus\" id=\"port\" name=\"port\" pci=\"true\">"
                + "<components T:Bus\" id=\"down\" name=\"down\" pci=\"true\" acsRedirect=\"true\">"
                + dev("pci=\"true\"", "")
                + "</components></components></components>");
    assertEquals(
        Optional.of(
            new PciPath(
                "host",
                PciPath.Peers.SAME_HOST_BRIDGE,
                -0x4000_0000L,
                List.of(new PciPath.Bridge("down", true), new PciPath.Bridge("port", false)))),
        spec.pciPath());
  }

  @Test
  void anOldBoardsFunctionStandsBelowAHostBridgeThatForwardsNothing() {
    DeviceSpec spec =
        device(
            "<components T:Bus\" id=\"host\" name=\"host\" pci=\"true\">"
                + dev("pci=\"true\"", "")
                + "</components>");
    assertEquals(
        Optional.of(new PciPath("host", PciPath.Peers.UNLISTED, 0, List.of())), spec.pciPath());
    assertEquals(Optional.empty(), device(dev("pci=\"true\"", "")).pciPath(), "on no PCI bus");
    assertEquals(Optional.empty(), device(dev("", "")).pciPath());
  }

  @Test
  void windowsOfAnIommuAreKeptFreeButForSoftwareMsi() {
    DeviceSpec spec =
        device(
            MMU.formatted(
                    "",
                    "<windows base=\"0x8000000\" size=\"1M\" kind=\"sw-msi\"/>"
                        + "<windows base=\"0xfee00000\" size=\"1M\" kind=\"msi\"/>"
                        + "<windows base=\"0x1000\" size=\"4K\" kind=\"direct\"/>")
                + dev("", "<iommus iommu=\"mmu\" specifier=\"0x1\"/>"));
    assertEquals(List.of(range(0xfee0_0000L, 1 << 20), range(0x1000, 0x1000)), spec.reservedIova());
    assertEquals(List.of(range(0x1000, 0x1000)), spec.identityIova());
  }

  @Test
  void iommuAddressesAreOneToOneOnlyWhenTheyAreTheRegion() {
    String pools =
        "<components T:Memory\" id=\"sram\" name=\"sram\" base=\"0x80000000\" size=\"1G\""
            + " systemRam=\"false\"><pools id=\"fb\" name=\"fb\" kind=\"reserved\""
            + " base=\"0x80000000\" size=\"1M\"><iommuAddresses device=\"d\" iova=\"%s\""
            + " size=\"1M\"/></pools></components>";
    String device = MMU.formatted("", "") + dev("", "<iommus iommu=\"mmu\" specifier=\"0x1\"/>");
    DeviceSpec same = device(pools.formatted("0x80000000") + device);
    assertEquals(List.of(range(0x8000_0000L, 1 << 20)), same.identityIova());
    DeviceSpec other = device(pools.formatted("0x90000000") + device);
    assertEquals(List.of(range(0x9000_0000L, 1 << 20)), other.reservedIova());
    assertEquals(List.of(), other.identityIova());
  }

  @Test
  void aPoolOutsideSystemRamIsAPool() {
    PlatformSpec spec =
        TestBoards.compile(
            "<components T:Memory\" id=\"sram\" name=\"sram\" base=\"0x80000000\" size=\"1M\""
                + " systemRam=\"false\"><pools id=\"p\" name=\"p\" base=\"0x80000000\" size=\"1M\""
                + " noMap=\"true\"/></components>"
                + dev("memoryRegions=\"p\"", ""));
    assertEquals(1, spec.memory().size());
    assertEquals(List.of("p"), spec.device("d").orElseThrow().pools());
  }

  @Test
  void theNodePathOfAnImportedDeviceIsItsPath() {
    DeviceSpec drawn = device(dev("", ""));
    assertEquals("/d", drawn.path());
    DeviceSpec imported =
        device(dev("", "<provenance file=\"b.dtb\" nodePath=\"/soc/video@1000\"/>"));
    assertEquals("/soc/video@1000", imported.path());
  }

  @Test
  void theApertureOfAnIommuIsAParameter() {
    PlatformSpec spec =
        TestBoards.compile(
            MMU.formatted(
                "apertureBase=\"0x1000\" apertureSize=\"256M\"",
                "<parameters name=\"stage\" value=\"2\"/>"));
    assertEquals(
        Map.of("aperture-base", "0x1000", "aperture-size", "0x10000000", "stage", "2"),
        spec.iommu("mmu").orElseThrow().parameters());
  }
}
