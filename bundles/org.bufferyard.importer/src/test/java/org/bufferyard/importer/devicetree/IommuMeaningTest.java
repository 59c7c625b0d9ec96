package org.bufferyard.importer.devicetree;

import static org.bufferyard.importer.devicetree.Meanings.find;
import static org.bufferyard.importer.devicetree.Meanings.read;
import static org.bufferyard.importer.devicetree.Meanings.says;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Map;
import org.bufferyard.platform.draft.DraftNode;
import org.bufferyard.platform.draft.DraftNode.Bus;
import org.bufferyard.platform.draft.DraftNode.Device;
import org.bufferyard.platform.draft.DraftNode.Iommu;
import org.bufferyard.platform.draft.DraftNode.IommuLink;
import org.bufferyard.platform.draft.ImportedBoard;
import org.junit.jupiter.api.Test;

/** IOMMUs, specifiers and disabled providers. */
class IommuMeaningTest {
  @Test
  void specifiersHaveTheWidthThatTheirProviderAsksFor() {
    TreeWriter tree =
        TreeWriter.board()
            .node("sysmmu@1", u -> unit(u, 1, 0))
            .node("smmu@2", u -> unit(u, 2, 1))
            .node("smmu@3", u -> unit(u, 3, 2))
            .node(
                "dev",
                d -> d.text("compatible", "test,dev").cells("iommus", 1, 2, 0x80, 3, 0x400, 0x7f));
    Device dev = find(Device.class, read(tree).draft().nodes(), "/dev");
    assertEquals(
        List.of(
            new IommuLink("/sysmmu@1", List.of()),
            new IommuLink("/smmu@2", List.of(0x80)),
            new IommuLink("/smmu@3", List.of(0x400, 0x7f))),
        dev.iommus());
  }

  private static void unit(TreeWriter node, int phandle, int cells) {
    node.text("compatible", "test,iommu").cells("phandle", phandle).cells("#iommu-cells", cells);
  }

  @Test
  void aDisabledProviderIsKeptAndAFinding() {
    TreeWriter tree =
        TreeWriter.board()
            .node("off", o -> o.text("status", "disabled").node("mmu@1", u -> unit(u, 1, 0)))
            .node("vop", v -> v.text("compatible", "test,vop").cells("iommus", 1));
    ImportedBoard board = read(tree);
    assertFalse(find(Iommu.class, board.draft().nodes(), "/off/mmu@1").head().disabled());
    assertTrue(find(Bus.class, board.draft().nodes(), "/off").head().disabled());
    assertEquals(1, find(Device.class, board.draft().nodes(), "/vop").iommus().size());
    assertTrue(says(board.report().understood(), "/vop", "/off/mmu@1 is disabled"));
    assertEquals(1L, board.report().counts().get("iommuProviders"));
    assertEquals(0L, board.report().counts().get("iommuProvidersAvailable"));
  }

  @Test
  void brokenSpecifiersAreReportedAndTheRestIsKept() {
    TreeWriter tree =
        TreeWriter.board()
            .node("mmu@1", u -> unit(u, 1, 1))
            .node("a", d -> d.text("compatible", "t,a").cells("iommus", 1, 4, 99, 5))
            .node("b", d -> d.text("compatible", "t,b").cells("iommus", 1));
    ImportedBoard board = read(tree);
    assertEquals(1, find(Device.class, board.draft().nodes(), "/a").iommus().size());
    assertTrue(says(board.report().ignored(), "/a", "phandle 0x63 leads nowhere"));
    assertTrue(says(board.report().ignored(), "/b", "too few cells"));
  }

  @Test
  void iommuMapsOfHostBridges() {
    TreeWriter tree =
        TreeWriter.board()
            .node("smmu@1", u -> unit(u, 1, 1))
            .node(
                "pcie@2",
                p ->
                    p.text("device_type", "pci")
                        .cells("#address-cells", 3)
                        .cells("#size-cells", 2)
                        .cells("iommu-map", 0, 1, 0x1000, 0x100, 0x100, 9, 0, 1));
    ImportedBoard board = read(tree);
    Bus host = find(Bus.class, board.draft().nodes(), "/pcie@2");
    assertEquals(List.of(new DraftNode.IommuMapEntry(0, "/smmu@1", 0x1000, 0x100)), host.iommuMap());
    assertEquals(-1, host.iommuMapMask());
    assertTrue(says(board.report().ignored(), "/pcie@2", "leads to no IOMMU"));
  }

  @Test
  void theMaskOfAnIommuMapIsTaken() {
    TreeWriter tree =
        TreeWriter.board()
            .node("smmu@1", u -> unit(u, 1, 1))
            .node(
                "pcie@2",
                p ->
                    p.text("device_type", "pci")
                        .cells("iommu-map", 0, 1, 0, 1)
                        .cells("iommu-map-mask", 0));
    assertEquals(0, find(Bus.class, read(tree).draft().nodes(), "/pcie@2").iommuMapMask());
  }

  private static List<DraftNode.IommuMapEntry> map(int iommuCells, int... map) {
    TreeWriter tree =
        TreeWriter.board()
            .node("smmu@1", u -> unit(u, 1, iommuCells))
            .node("pcie@2", p -> p.text("device_type", "pci").cells("iommu-map", map));
    return find(Bus.class, read(tree).draft().nodes(), "/pcie@2").iommuMap();
  }

  private static DraftNode.IommuMapEntry entry(int requester, int specifier, int length) {
    return new DraftNode.IommuMapEntry(requester, "/smmu@1", specifier, length);
  }

  @Test
  void iommuMapsHaveAsManyCellsAsTheirProviderAsksFor() {
    assertEquals(
        List.of(entry(0, 0x1c00, 1), entry(0x100, 0x1c01, 1)),
        map(2, 0, 1, 0x1c00, 0, 1, 0x100, 1, 0x1c01, 0, 1));
    assertEquals(
        List.of(entry(0, 0x1c80, 1), entry(0x100, 0x1c81, 1)),
        map(2, 0, 1, 0x1c80, 1, 0x100, 1, 0x1c81, 1),
        "as boards for kernels before 7 have it");
    assertEquals(List.of(), map(2, 0, 1, 0x1c00, 0, 8), "many ids and two cells: -EINVAL");
    assertEquals(List.of(entry(0, 0, 0x100)), map(0, 0, 1, 0x100));
  }

  private static TreeWriter m4u(long ramBytes, String... compatible) {
    return TreeWriter.board()
        .node(
            "memory@40000000",
            m ->
                m.text("device_type", "memory")
                    .cells("reg", 0, 0x4000_0000, (int) (ramBytes >>> 32), (int) ramBytes))
        .node(
            "iommu@10205000",
            u ->
                u.text("compatible", compatible)
                    .cells("phandle", 1)
                    .cells("#iommu-cells", 1))
        .node(
            "ovl@14008000",
            d -> d.text("compatible", "test,ovl").cells("iommus", 1, 4 << 5 | 2, 1, 4 << 5 | 3));
  }

  @Test
  void portsOfAnM4uAreLarbAndPort() {
    ImportedBoard board = read(m4u(4L << 30, "mediatek,mt8516-m4u", "mediatek,mt8167-m4u"));
    Iommu unit = find(Iommu.class, board.draft().nodes(), "/iommu@10205000");
    assertEquals("mediatek,mt8167-m4u", unit.model(), "what the driver lists");
    assertEquals(Map.of(), unit.parameters(), "no 4 GiB mode in this chip");
    assertEquals(
        List.of(
            new IommuLink("/iommu@10205000", List.of(0x82)),
            new IommuLink("/iommu@10205000", List.of(0x83))),
        find(Device.class, board.draft().nodes(), "/ovl@14008000").iommus());
  }

  @Test
  void fourGibOfDramSwitchAnOldM4u() {
    ImportedBoard large = read(m4u(4L << 30, "mediatek,mt8173-m4u"));
    assertEquals(
        Map.of("dram-4gb", "true"),
        find(Iommu.class, large.draft().nodes(), "/iommu@10205000").parameters());
    assertTrue(says(large.report().guessed(), "/iommu@10205000", "4 GiB mode"));
    ImportedBoard small = read(m4u(2L << 30, "mediatek,mt8173-m4u"));
    assertEquals(
        Map.of(), find(Iommu.class, small.draft().nodes(), "/iommu@10205000").parameters());
  }
}
