package org.bufferyard.importer.devicetree;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import org.bufferyard.api.dma.DmaRange;
import org.bufferyard.api.memory.PhysRange;
import org.bufferyard.platform.draft.DraftMemory;
import org.bufferyard.platform.draft.DraftMemory.DefaultFor;
import org.bufferyard.platform.draft.DraftMemory.Purpose;
import org.bufferyard.platform.draft.DraftNode;
import org.bufferyard.platform.draft.DraftNode.Bus;
import org.bufferyard.platform.draft.DraftNode.Coherency;
import org.bufferyard.platform.draft.DraftNode.Device;
import org.bufferyard.platform.draft.DraftNode.Iommu;
import org.bufferyard.platform.draft.DraftNode.IommuLink;
import org.bufferyard.platform.draft.ImportReport.Note;
import org.bufferyard.platform.draft.ImportedBoard;
import org.bufferyard.platform.input.BadInputException;
import org.bufferyard.platform.spec.MachineSpec.Architecture;
import org.junit.jupiter.api.Test;

/** What properties mean, on trees with the shapes that real boards have. */
class MeaningTest {
  private static ImportedBoard read(TreeWriter tree, PhysRange... ram) {
    return DevicetreeImporter.read(tree.blob(), "test.dtb", List.of(ram));
  }

  private static TreeWriter master(TreeWriter node) {
    return node.text("compatible", "test,master").flag("dma-noncoherent");
  }

  private static <T extends DraftNode> T find(Class<T> type, List<DraftNode> nodes, String path) {
    return search(type, nodes, path).orElseThrow(() -> new AssertionError("no " + path));
  }

  private static <T extends DraftNode> Optional<T> search(
      Class<T> type, List<DraftNode> nodes, String path) {
    for (DraftNode node : nodes) {
      if (type.isInstance(node) && node.head().path().equals(path)) {
        return Optional.of(type.cast(node));
      }
      if (node instanceof Bus bus) {
        Optional<T> below = search(type, bus.nodes(), path);
        if (below.isPresent()) {
          return below;
        }
      }
    }
    return Optional.empty();
  }

  private static Map<String, List<DmaRange>> maps(TreeWriter tree) {
    return read(tree).report().dmaRangeMaps();
  }

  private static boolean says(List<Note> notes, String path, String part) {
    return notes.stream().anyMatch(n -> n.node().equals(path) && n.text().contains(part));
  }

  // A3, A4

  @Test
  void anOffsetBusGivesItsDevicesAMap() {
    TreeWriter tree =
        TreeWriter.root()
            .text("compatible", "test,bcm2711")
            .cells("#address-cells", 2)
            .cells("#size-cells", 1)
            .node(
                "soc",
                soc ->
                    soc.cells32()
                        .cells("dma-ranges", 0xc000_0000, 0, 0, 0x4000_0000)
                        .node("hvs@7e400000", MeaningTest::master))
            .node("gpu", MeaningTest::master);
    assertEquals(
        Map.of("/soc/hvs@7e400000", List.of(new DmaRange(0, 0xc000_0000L, 0x4000_0000L))),
        maps(tree));
    assertEquals(0x3fff_ffffL, read(tree).draft().zoneDmaLimit());
  }

  @Test
  void neighbouringEntriesMergeAndOthersDoNot() {
    TreeWriter tree =
        TreeWriter.board()
            .node(
                "axi",
                axi ->
                    axi.cells64()
                        .cells(
                            "dma-ranges",
                            0, 0, 0, 0, 0x10, 0,
                            0x10, 0, 0x10, 0, 1, 0,
                            0x14, 0, 0x14, 0, 4, 0,
                            0x18, 0, 0x18, 0, 4, 0,
                            0x1c, 0, 0x1c, 0, 4, 0)
                        .node("isp@880000", MeaningTest::master));
    assertEquals(
        List.of(
            new DmaRange(0, 0, 0x11_0000_0000L),
            new DmaRange(0x14_0000_0000L, 0x14_0000_0000L, 0xc_0000_0000L)),
        maps(tree).get("/axi/isp@880000"));
  }

  @Test
  void onlyTheFirstAbsentPropertyIsTolerated() {
    assertEquals(1, maps(chain(false, false)).size(), "absent at the first bus only");
    assertEquals(0, maps(chain(false, false, false)).size(), "absent twice: -ENODEV");
    assertEquals(1, maps(chain(true, true, true)).size(), "empty ones are passed");
    assertEquals(1, maps(chain(false, true, true)).size());
    assertEquals(0, maps(chain(true, false, true)).size());
  }

  /** Buses from the device upwards; the last one has windows. True: an empty property. */
  private static TreeWriter chain(boolean... empty) {
    TreeWriter tree = TreeWriter.root().text("compatible", "test,board").cells32();
    tree.node("bus", top -> level(top, empty, empty.length - 1));
    return tree;
  }

  private static void level(TreeWriter bus, boolean[] empty, int index) {
    bus.cells32();
    if (index == empty.length - 1) {
      bus.cells("dma-ranges", 0, 0x8000_0000, 0x1000_0000);
    } else if (empty[index]) {
      bus.flag("dma-ranges");
    }
    if (index == 0) {
      bus.node("dev", MeaningTest::master);
    } else {
      bus.node("bus", below -> level(below, empty, index - 1));
    }
  }

  @Test
  void pciWindowsCarryFlagsAndLimitTheDevices() {
    TreeWriter tree =
        TreeWriter.board()
            .node(
                "pcie@fd500000",
                pcie ->
                    pcie.text("device_type", "pci")
                        .cells("#address-cells", 3)
                        .cells("#size-cells", 2)
                        .cells(
                            "ranges",
                            0x0200_0000, 0, 0xc000_0000, 6, 0, 0, 0x4000_0000,
                            0x0100_0000, 0, 0, 6, 0x4000_0000, 0, 0x1_0000)
                        .cells("dma-ranges", 0x0200_0000, 0, 0, 0, 0, 0, 0xc000_0000)
                        .node(
                            "usb@1,0",
                            usb -> master(usb).cells("reg", 0x1_0800, 0, 0, 0, 0)));
    ImportedBoard board = read(tree);
    assertEquals(
        List.of(new DmaRange(0, 0, 0xc000_0000L)),
        board.report().dmaRangeMaps().get("/pcie@fd500000/usb@1,0"));
    Bus host = find(Bus.class, board.draft().nodes(), "/pcie@fd500000");
    assertTrue(host.pci());
    assertEquals(List.of(new PhysRange(0xc000_0000L, 0x4000_0000L)), host.memoryWindows());
    assertEquals(0x0200_0000L, host.dmaRanges().orElseThrow().getFirst().flags());
    Device usb = find(Device.class, board.draft().nodes(), "/pcie@fd500000/usb@1,0");
    assertEquals(OptionalInt.of(0x108), usb.requesterId());
  }

  @Test
  void anEntryThatNoBusAbovePassesOnIsSkipped() {
    TreeWriter tree =
        TreeWriter.root().text("compatible", "test,board").cells32()
            .node(
                "outer",
                outer ->
                    outer.cells32().cells("dma-ranges", 0, 0, 0x1000)
                        .node(
                            "inner",
                            inner ->
                                inner.cells32().cells("dma-ranges", 0, 0x5000_0000, 0x1000)
                                    .node("dev", MeaningTest::master)));
    ImportedBoard board = read(tree);
    assertFalse(board.report().dmaRangeMaps().containsKey("/outer/inner/dev"));
    assertTrue(says(board.report().understood(), "/outer/inner/dev", "-EINVAL"));
  }

  @Test
  void accessesTakeTheInterconnectNamedDmaMem() {
    TreeWriter tree =
        TreeWriter.root().text("compatible", "test,board").cells32()
            .node(
                "mbus",
                mbus ->
                    mbus.cells("phandle", 5).cells("#interconnect-cells", 1).cells32()
                        .cells("dma-ranges", 0, 0x4000_0000, 0xc000_0000).flag("dma-coherent"))
            .node(
                "soc",
                soc ->
                    soc.cells32().node(
                        "engine",
                        engine ->
                            engine.text("compatible", "test,engine")
                                .text("interconnect-names", "other", "dma-mem")
                                .cells("interconnects", 5, 1, 5, 2)));
    ImportedBoard board = read(tree);
    assertEquals(
        List.of(new DmaRange(0x4000_0000L, 0, 0xc000_0000L)),
        board.report().dmaRangeMaps().get("/soc/engine"));
    Device engine = find(Device.class, board.draft().nodes(), "/soc/engine");
    assertEquals(Optional.of("/mbus"), engine.dmaParent());
    assertEquals(
        Coherency.COHERENT, find(Bus.class, board.draft().nodes(), "/mbus").coherency());
  }

  @Test
  void accessesInACircleAreOneLine() {
    TreeWriter tree =
        TreeWriter.board()
            .node(
                "a",
                a ->
                    a.cells("phandle", 5).cells("#interconnect-cells", 0)
                        .text("interconnect-names", "dma-mem").cells("interconnects", 5));
    String line =
        assertThrows(BadInputException.class, () -> read(tree)).getMessage();
    assertTrue(line.startsWith("test.dtb: memory accesses of /a run in a circle"), line);
  }

  // Status, IOMMUs

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
    assertTrue(says(board.report().ignored(), "/pcie@2", "leads to no IOMMU"));
  }

  // Memory

  private static DraftMemory.Region region(ImportedBoard board, String name) {
    return board.draft().memory().regions().stream()
        .filter(r -> r.name().equals(name))
        .findFirst()
        .orElseThrow(() -> new AssertionError("no " + name));
  }

  private static TreeWriter reserved() {
    return TreeWriter.board()
        .reserve(0x1000_0000L, 0x800)
        .reserve(0x9db0_0000L, 0x1000)
        .node("memory@80000000", m -> m.text("device_type", "memory").cells("reg", 0, 0x8000_0000, 1, 0))
        .node(
            "reserved-memory",
            r ->
                r.cells64()
                    .node(
                        "linux,cma",
                        c ->
                            c.text("compatible", "shared-dma-pool").flag("reusable")
                                .flag("linux,cma-default").cells("size", 0, 0x800_0000))
                    .node(
                        "hdmi-receiver-cma",
                        c ->
                            c.text("compatible", "shared-dma-pool").flag("no-map")
                                .cells("size", 0, 0xa00_0000).cells("alignment", 0, 0x4_0000)
                                .cells("alloc-ranges", 0, 0, 0, 0xffff_ffff).cells("phandle", 3))
                    .node(
                        "memory@9db00000",
                        c ->
                            c.text("compatible", "shared-dma-pool").flag("no-map")
                                .cells("reg", 0, 0x9db0_0000, 0, 0xc0_0000))
                    .node(
                        "bounce",
                        c ->
                            c.text("compatible", "restricted-dma-pool").text("status", "disabled")
                                .cells("reg", 0, 0x9000_0000, 0, 0x40_0000))
                    .node("nothing", n -> n.flag("no-map")))
        .node("hdmi", h -> h.text("compatible", "test,hdmi").cells("memory-region", 3));
  }

  @Test
  void reservedRegionsOfEveryKind() {
    ImportedBoard board = read(reserved());
    DraftMemory.Region cma = region(board, "linux,cma");
    assertEquals(Purpose.SHARED_DMA_POOL, cma.purpose());
    assertTrue(cma.reusable());
    assertEquals(DefaultFor.CMA, cma.defaultFor());
    assertEquals(OptionalLong.empty(), cma.base());
    assertEquals(0x800_0000L, cma.size());
    DraftMemory.Region hdmi = region(board, "hdmi-receiver-cma");
    assertFalse(hdmi.reusable(), "a coherent pool, whatever it is called");
    assertTrue(hdmi.noMap());
    assertEquals(0x4_0000L, hdmi.alignment());
    assertEquals(List.of(new PhysRange(0, 0xffff_ffffL)), hdmi.allocRanges());
    assertEquals(OptionalLong.of(0x9db0_0000L), region(board, "memory@9db00000").base());
    assertEquals(Purpose.RESTRICTED_DMA_POOL, region(board, "bounce").purpose());
    assertTrue(region(board, "bounce").disabled());
    assertTrue(says(board.report().ignored(), "/reserved-memory/nothing", "neither reg nor size"));
    assertEquals(
        List.of("/reserved-memory/hdmi-receiver-cma"),
        find(Device.class, board.draft().nodes(), "/hdmi").memoryRegions());
  }

  @Test
  void theReservationBlockIsKeptFreeOnce() {
    ImportedBoard board = read(reserved());
    DraftMemory.Region block = region(board, "memreserve@10000000");
    assertEquals(0x1000, block.size(), "whole pages");
    assertEquals(
        1,
        board.draft().memory().regions().stream()
            .filter(r -> r.name().startsWith("memreserve"))
            .count(),
        "the other one is a region of the tree already");
  }

  @Test
  void banksComeFromTheTreeOrFromTheCommandLine() {
    assertEquals(0x1_0000_0000L, read(reserved()).draft().memory().banks().getFirst().size());
    ImportedBoard given =
        read(reserved(), new PhysRange(0x20_0000, 0x1000), new PhysRange(0x1_0000_0000L, 0x2000));
    assertEquals(
        List.of("memory@200000", "memory@100000000"),
        given.draft().memory().banks().stream().map(DraftMemory.Bank::name).toList());
    ImportedBoard none = read(TreeWriter.board());
    assertTrue(none.draft().memory().banks().isEmpty());
    assertTrue(says(none.report().guessed(), "/", "--ram"));
  }

  @Test
  void ramThatIsNamedTwiceIsTakenOnce() {
    TreeWriter tree =
        TreeWriter.board()
            .node(
                "memory@1000",
                m ->
                    m.text("device_type", "memory")
                        .cells("reg", 0, 0x1000, 0, 0x4000, 0, 0x2000, 0, 0x1000, 0, 0x4000, 0, 0x3000));
    ImportedBoard board = read(tree);
    assertEquals(
        List.of(new PhysRange(0x1000, 0x4000), new PhysRange(0x5000, 0x2000)),
        board.draft().memory().banks().stream()
            .map(b -> new PhysRange(b.base(), b.size()))
            .toList());
    assertTrue(says(board.report().ignored(), "/memory@1000", "has already"));
  }

  @Test
  void anEmptyBankIsFirmwares() {
    ImportedBoard board =
        read(
            TreeWriter.board()
                .node("memory@0", m -> m.text("device_type", "memory").cells("reg", 0, 0, 0, 0)));
    assertEquals(0, board.draft().memory().banks().getFirst().size());
    assertTrue(says(board.report().guessed(), "/memory@0", "firmware fills it in"));
  }

  // What becomes an element

  @Test
  void aDeviceWithDevicesBelowIsABusAsWell() {
    TreeWriter tree =
        TreeWriter.board()
            .node(
                "usb@1",
                glue ->
                    master(glue).cells64()
                        .cells("dma-ranges", 0, 0x4000_0000, 0, 0x4000_0000, 0, 0xc000_0000)
                        .node("usb@2", MeaningTest::master));
    List<DraftNode> nodes = read(tree).draft().nodes();
    assertEquals("usb@1", find(Device.class, nodes, "/usb@1").head().name());
    Bus bus = find(Bus.class, nodes, "/usb@1");
    assertEquals("usb@1.bus", bus.head().name());
    assertEquals("usb@2", bus.nodes().getFirst().head().name());
  }

  @Test
  void bystandersAreNamedWithAReason() {
    TreeWriter tree =
        TreeWriter.board()
            .node("timer@1", t -> t.text("compatible", "test,timer").cells("interrupts", 1))
            .node("uart@2", t -> t.text("compatible", "test,uart").cells("dmas", 1))
            .node("vpu@3", t -> t.text("compatible", "test,vpu").cells("interrupts", 1)
                .cells("reg", 0, 3, 0, 1));
    ImportedBoard board = read(tree);
    assertTrue(says(board.report().ignored(), "/timer@1", "no sign of DMA"));
    assertTrue(says(board.report().ignored(), "/uart@2", "DMA controller"));
    assertTrue(says(board.report().guessed(), "/vpu@3", "a bus master"));
    assertEquals(List.of(new PhysRange(3, 1)),
        find(Device.class, board.draft().nodes(), "/vpu@3").registers());
  }

  @Test
  void theArchitectureFollowsFromTheCpus() {
    assertEquals(Architecture.ARM, architecture("arm,cortex-a9"));
    assertEquals(Architecture.ARM, architecture("arm,cortex-a7"));
    assertEquals(Architecture.ARM64, architecture("arm,cortex-a76"));
    assertEquals(Architecture.ARM64, architecture("arm,cortex-a72"));
    assertEquals(Architecture.ARM64, architecture("qcom,kryo"));
  }

  private static Architecture architecture(String core) {
    return read(
            TreeWriter.board()
                .node("cpus", c -> c.node("cpu@0", cpu -> cpu.text("compatible", core))))
        .draft()
        .architecture();
  }

  @Test
  void namesAreMadeFitForAModelAndStayUnique() {
    TreeWriter tree =
        TreeWriter.board().node("a#b", MeaningTest::master).node("a_b", MeaningTest::master)
            .node("_c", MeaningTest::master);
    assertEquals(
        List.of("a_b", "a_b-2", "n_c"),
        read(tree).draft().nodes().stream().map(n -> n.head().name()).toList());
  }

  @Test
  void twoReadsAgree() {
    assertEquals(read(reserved()), read(reserved()));
  }
}
