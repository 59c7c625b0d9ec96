package org.bufferyard.importer.devicetree;

import static org.bufferyard.importer.devicetree.Meanings.find;
import static org.bufferyard.importer.devicetree.Meanings.read;
import static org.bufferyard.importer.devicetree.Meanings.says;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.OptionalLong;
import org.bufferyard.api.memory.PhysRange;
import org.bufferyard.platform.draft.DraftMemory;
import org.bufferyard.platform.draft.DraftMemory.DefaultFor;
import org.bufferyard.platform.draft.DraftMemory.Purpose;
import org.bufferyard.platform.draft.DraftNode.Device;
import org.bufferyard.platform.draft.ImportedBoard;
import org.junit.jupiter.api.Test;

/** Banks and reserved regions. */
class MemoryMeaningTest {
  private static DraftMemory.Region region(ImportedBoard board, String name) {
    return board.draft().memory().regions().stream()
        .filter(r -> r.name().equals(name))
        .findFirst()
        .orElseThrow(() -> new AssertionError("no " + name));
  }

  static TreeWriter reserved() {
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
}
