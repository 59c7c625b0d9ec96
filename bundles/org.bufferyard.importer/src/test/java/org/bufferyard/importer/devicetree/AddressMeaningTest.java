package org.bufferyard.importer.devicetree;

import static org.bufferyard.importer.devicetree.Meanings.find;
import static org.bufferyard.importer.devicetree.Meanings.maps;
import static org.bufferyard.importer.devicetree.Meanings.master;
import static org.bufferyard.importer.devicetree.Meanings.read;
import static org.bufferyard.importer.devicetree.Meanings.says;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import org.bufferyard.api.dma.DmaRange;
import org.bufferyard.api.memory.PhysRange;
import org.bufferyard.platform.draft.DraftNode.Bus;
import org.bufferyard.platform.draft.DraftNode.Coherency;
import org.bufferyard.platform.draft.DraftNode.Device;
import org.bufferyard.platform.draft.ImportedBoard;
import org.bufferyard.platform.input.BadInputException;
import org.junit.jupiter.api.Test;

/** Buses, their windows, and the ways that accesses take (A3, A4). */
class AddressMeaningTest {
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
                        .node("hvs@7e400000", Meanings::master))
            .node("gpu", Meanings::master);
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
                        .node("isp@880000", Meanings::master));
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
      bus.node("dev", Meanings::master);
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
                                    .node("dev", Meanings::master)));
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
}
