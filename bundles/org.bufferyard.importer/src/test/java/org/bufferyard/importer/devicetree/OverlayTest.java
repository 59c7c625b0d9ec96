package org.bufferyard.importer.devicetree;

import static org.bufferyard.importer.devicetree.Meanings.find;
import static org.bufferyard.importer.devicetree.Meanings.master;
import static org.bufferyard.importer.devicetree.Meanings.says;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.bufferyard.importer.devicetree.tree.BlobReader;
import org.bufferyard.importer.devicetree.tree.BlobReader.OverlayFile;
import org.bufferyard.importer.devicetree.tree.DeviceTree;
import org.bufferyard.importer.devicetree.tree.TreeLimits;
import org.bufferyard.importer.devicetree.tree.TreeNode;
import org.bufferyard.platform.draft.DraftNode.Device;
import org.bufferyard.platform.draft.DraftNode.Iommu;
import org.bufferyard.platform.draft.DraftNode.IommuLink;
import org.bufferyard.platform.draft.ImportedBoard;
import org.bufferyard.platform.input.BadInputException;
import org.junit.jupiter.api.Test;

/** Overlays do to a tree what fdtoverlay does, and complain in one line. */
class OverlayTest {
  /** A board as {@code dtc -@} writes one: a SysMMU (phandle 1) before a display (phandle 2). */
  private static TreeWriter base() {
    return TreeWriter.board()
        .node("aliases", a -> a.text("bus0", "/soc"))
        .node(
            "soc",
            soc ->
                soc.cells64().cells("phandle", 3)
                    .node(
                        "iommu@1",
                        u -> u.text("compatible", "t,mmu").cells("phandle", 1).cells("#iommu-cells", 0))
                    .node("vop@2", v -> master(v).cells("phandle", 2).cells("iommus", 1)))
        .node(
            "__symbols__",
            s -> s.text("mmu", "/soc/iommu@1").text("soc", "/soc").text("bare", "/aliases"));
  }

  private static TreeWriter overlay(String target, Consumer<TreeWriter> content) {
    return TreeWriter.root()
        .node("fragment@0", f -> f.text("target-path", target).node("__overlay__", content));
  }

  private static DeviceTree laid(TreeWriter... overlays) {
    List<OverlayFile> files = new ArrayList<>();
    for (TreeWriter overlay : overlays) {
      files.add(new OverlayFile(overlay.blob(), (char) ('a' + files.size()) + ".dtbo"));
    }
    return BlobReader.read(base().blob(), "test.dtb", files);
  }

  private static String complaint(TreeWriter... overlays) {
    return assertThrows(BadInputException.class, () -> laid(overlays)).getMessage();
  }

  private static TreeNode at(DeviceTree tree, String path) {
    return tree.at(path).orElseThrow(() -> new AssertionError("no " + path));
  }

  private static int cell(DeviceTree tree, String path, String property, int index) {
    return at(tree, path).property(property).orElseThrow().cell(index);
  }

  @Test
  void propertiesAreReplacedAndNodesAdded() {
    DeviceTree tree =
        laid(
            overlay(
                "/soc",
                o ->
                    o.node("vop@2", v -> v.text("status", "disabled"))
                        .node("cam@3", c -> c.text("compatible", "t,cam"))));
    assertFalse(at(tree, "/soc/vop@2").isOkay());
    assertEquals(List.of("test,master"), at(tree, "/soc/vop@2").compatible(), "the rest stays");
    // fdt_add_subnode() puts new ones first.
    assertEquals("cam@3", at(tree, "/soc").children().getFirst().name());
  }

  @Test
  void phandlesOfTheOverlayGoBeyondThoseOfTheTree() {
    DeviceTree tree =
        laid(
            overlay(
                    "/soc",
                    o ->
                        o.node("iommu@4", u -> u.cells("phandle", 1).cells("#iommu-cells", 0))
                            .node("cam@5", c -> c.cells("iommus", 7, 1)))
                .node(
                    "__local_fixups__",
                    l ->
                        l.node(
                            "fragment@0",
                            f ->
                                f.node(
                                    "__overlay__",
                                    o -> o.node("cam@5", c -> c.cells("iommus", 4))))));
    assertEquals(4, cell(tree, "/soc/iommu@4", "phandle", 0), "1 + the tree's 3");
    assertEquals(7, cell(tree, "/soc/cam@5", "iommus", 0), "no reference");
    assertEquals(4, cell(tree, "/soc/cam@5", "iommus", 1));
    assertEquals("/soc/iommu@4", tree.byPhandle(4).orElseThrow().path());
  }

  @Test
  void labelsOfTheTreeAreResolved() {
    DeviceTree tree =
        laid(
            TreeWriter.root()
                .node(
                    "fragment@0",
                    f ->
                        f.cells("target", -1)
                            .node("__overlay__", o -> o.node("cam@5", c -> c.cells("iommus", -1))))
                .node(
                    "__fixups__",
                    x ->
                        x.text("mmu", "/fragment@0/__overlay__/cam@5:iommus:0")
                            .text("soc", "/fragment@0:target:0")));
    assertEquals(1, cell(tree, "/soc/cam@5", "iommus", 0));
    assertEquals(List.of("overlay a.dtbo on /soc"), tree.overlays());
  }

  @Test
  void aLaterOverlayMayBuildOnAnEarlierOne() {
    TreeWriter first =
        overlay("/soc", o -> o.node("cam@5", c -> c.cells("phandle", 1)))
            .node(
                "__symbols__",
                s ->
                    s.text("cam", "/fragment@0/__overlay__/cam@5")
                        .text("whole", "/fragment@0/__overlay__")
                        .text("none", "/elsewhere"));
    TreeWriter second =
        TreeWriter.root()
            .node(
                "fragment@0",
                f -> f.cells("target", -1).node("__overlay__", o -> o.flag("dma-coherent")))
            .node("__fixups__", x -> x.text("cam", "/fragment@0:target:0"));
    DeviceTree tree = laid(first, second);
    assertTrue(at(tree, "/soc/cam@5").has("dma-coherent"));
    assertEquals("/soc", tree.byLabel("whole").orElseThrow().path());
    assertTrue(tree.byLabel("none").isEmpty());
  }

  @Test
  void aNodeThatHasAPhandleKeepsIt() {
    DeviceTree tree =
        laid(
            overlay(
                    "/soc",
                    o ->
                        o.node("vop@2", v -> v.cells("phandle", 9))
                            .node("cam@5", c -> c.cells("memory-region", 9)))
                .node(
                    "__local_fixups__",
                    l ->
                        l.node(
                            "fragment@0",
                            f ->
                                f.node(
                                    "__overlay__",
                                    o -> o.node("cam@5", c -> c.cells("memory-region", 0))))));
    assertEquals(2, cell(tree, "/soc/vop@2", "phandle", 0));
    assertEquals(2, cell(tree, "/soc/cam@5", "memory-region", 0));
  }

  @Test
  void namesWithoutAUnitAddressAndAliasesAreUnderstood() {
    DeviceTree tree = laid(overlay("bus0", o -> o.node("vop", v -> v.flag("dma-coherent"))));
    assertTrue(at(tree, "/soc/vop@2").has("dma-coherent"));
    assertTrue(tree.at("/soc/vop").isEmpty());
    assertTrue(laid(overlay("/", o -> o.flag("x"))).root().has("x"));
  }

  @Test
  void whatDoesNotFitIsOneLineThatNamesTheLabelOrFragment() {
    assertEquals(
        "a.dtbo: needs label 'hdmi', which test.dtb does not have; give the base it was made for",
        complaint(overlay("/soc", o -> {}).node("__fixups__", x -> x.text("hdmi", "/x:y:0"))));
    assertTrue(
        complaint(overlay("/soc", o -> {}).node("__fixups__", x -> x.text("bare", "/x:y:0")))
            .contains("'bare', and /aliases of test.dtb is not there or has no phandle"));
    assertEquals(
        "a.dtbo: fragment@0 goes to /nowhere, which is not there; give the base it was made for,"
            + " not test.dtb",
        complaint(overlay("/nowhere", o -> {})));
    assertTrue(
        complaint(
                TreeWriter.root()
                    .node("fragment@7", f -> f.cells("target", -1).node("__overlay__", o -> {})))
            .contains("the target of fragment@7 leads to no node"));
    assertEquals(
        "a.dtbo: fragment@7 has neither target nor target-path; give the base it was made for, not"
            + " test.dtb",
        complaint(TreeWriter.root().node("fragment@7", f -> f.node("__overlay__", o -> {}))));
    assertEquals(
        "a.dtbo: is no overlay: nothing in it is called __overlay__; give a .dtbo",
        complaint(TreeWriter.board()));
  }

  @Test
  void referencesToNowhereAreOneLine() {
    for (String place : List.of("/fragment@0:target-path:2", "/fragment@0:x:0", "/y:x:0", "x", ":::")) {
      String line =
          complaint(overlay("/soc", o -> {}).node("__fixups__", x -> x.text("mmu", place)));
      assertTrue(line.startsWith("a.dtbo: ") && line.contains(place), line);
    }
    String line =
        complaint(
            overlay("/soc", o -> {})
                .node("__local_fixups__", l -> l.node("fragment@0", f -> f.cells("gone", 0))));
    assertTrue(line.contains("/fragment@0:gone, which it does not have"), line);
  }

  @Test
  void theReportSaysWhatAnOverlayTouchedAndNodesWhereTheyComeFrom() {
    ImportedBoard board =
        DevicetreeImporter.read(
            base().blob(),
            "test.dtb",
            List.of(
                new OverlayFile(
                    overlay("/soc", o -> o.node("cam@5", c -> master(c))).blob(), "cam.dtbo")),
            List.of());
    assertTrue(says(board.report().understood(), "/", "overlay cam.dtbo on /soc"));
    Device cam = find(Device.class, board.draft().nodes(), "/soc/cam@5");
    assertEquals("cam.dtbo", cam.head().provenance().file());
    Device vop = find(Device.class, board.draft().nodes(), "/soc/vop@2");
    assertEquals("test.dtb", vop.head().provenance().file());
    assertEquals(List.of(new IommuLink("/soc/iommu@1", List.of())), vop.iommus());
    assertEquals("mmu", find(Iommu.class, board.draft().nodes(), "/soc/iommu@1")
        .head().label().orElseThrow());
  }

  @Test
  void tooDeepIsOneLine() {
    TreeWriter deep = overlay("/soc", o -> nest(o, TreeLimits.DEPTH - 5));
    assertTrue(complaint(deep, deep2()).contains("makes the tree too deep"));
  }

  private static TreeWriter deep2() {
    return overlay("/soc/n/n/n/n/n/n", o -> nest(o, TreeLimits.DEPTH - 5));
  }

  private static void nest(TreeWriter node, int levels) {
    if (levels > 0) {
      node.node("n", n -> nest(n, levels - 1));
    }
  }
}
