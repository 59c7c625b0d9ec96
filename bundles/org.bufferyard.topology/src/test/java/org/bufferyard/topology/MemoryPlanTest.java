package org.bufferyard.topology;

import static org.bufferyard.topology.TestBoards.range;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.bufferyard.api.memory.PhysRange;
import org.bufferyard.platform.input.BadInputException;
import org.bufferyard.platform.spec.MachineSpec.BounceMode;
import org.bufferyard.platform.spec.PlatformSpec;
import org.bufferyard.platform.spec.PoolSpec;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Where pools, the default CMA area and the bounce buffer lie (B4b, B5, E7). */
class MemoryPlanTest {
  private static PlatformSpec board(String attributes, String base, String size, String pools) {
    return reading(attributes, base, size, pools).orThrow("f");
  }

  private static BoardReading reading(String attributes, String base, String size, String pools) {
    return TestBoards.read(
        attributes,
        "<components T:Memory\" id=\"ram\" name=\"ram\" base=\"%s\" size=\"%s\">%s</components>"
            .formatted(base, size, pools));
  }

  /** With buses beside the memory. */
  private static PlatformSpec narrowed(String attributes, String base, String size, String buses) {
    return TestBoards.read(
            attributes,
            "<components T:Memory\" id=\"ram\" name=\"ram\" base=\"%s\" size=\"%s\"/>"
                    .formatted(base, size)
                + buses)
        .orThrow("f");
  }

  private static String pool(String name, String attributes) {
    return "<pools id=\"%1$s\" name=\"%1$s\" %2$s/>".formatted(name, attributes);
  }

  private static PhysRange place(PlatformSpec board, String pool) {
    return board.pool(pool).orElseThrow().range();
  }

  @Test
  void dynamicPoolsTakeTheHighestPlaceInTreeOrder() {
    // exynos4412: mfc-left and mfc-right, 1 MiB alignment, RAM up to 0xbff00000
    PlatformSpec board =
        board(
            "architecture=\"arm\"",
            "0x40000000",
            "0x7ff00000",
            pool("left", "size=\"36M\" alignment=\"1M\" noMap=\"true\"")
                + pool("right", "size=\"8M\" alignment=\"1M\" noMap=\"true\""));
    assertEquals(range(0xbdb0_0000L, 36 << 20), place(board, "left"));
    assertEquals(range(0xbd30_0000L, 8 << 20), place(board, "right"));
    assertTrue(board.pool("left").orElseThrow().placed());
  }

  @Test
  void staticPoolsAreReservedBeforeDynamicOnes() {
    PlatformSpec board =
        board(
            "",
            "0x0",
            "1G",
            pool("dynamic", "size=\"16M\"") + pool("static", "base=\"0x3f000000\" size=\"16M\""));
    assertEquals(range(0x3e00_0000L, 16 << 20), place(board, "dynamic"));
  }

  @Test
  void allocRangesAreTriedInOrder() {
    // bcm2711: linux,cma of 64 MiB inside the first GiB
    String inFirst =
        "<pools id=\"cma\" name=\"cma\" size=\"64M\" reusable=\"true\""
            + " defaultPool=\"linux,cma-default\"><allocRanges base=\"0x0\" size=\"1G\"/></pools>";
    PlatformSpec board = board("", "0x0", "4G", inFirst);
    assertEquals(range(0x3c00_0000L, 64 << 20), place(board, "cma"));
    assertEquals(PoolSpec.Kind.CMA, board.pool("cma").orElseThrow().kind());
    assertEquals("cma", board.pool("cma").orElseThrow().allocator());
    // The pool is the default: the kernel makes no second area.
    assertEquals(Optional.empty(), board.machine().defaultCma());
    // No room in the first range, the second one counts.
    String inSecond =
        inFirst.replace("<allocRanges", "<allocRanges base=\"0x0\" size=\"32M\"/><allocRanges");
    assertEquals(range(0x3c00_0000L, 64 << 20), place(board("", "0x0", "4G", inSecond), "cma"));
  }

  @Test
  void aPoolWithoutRoomIsNoPoolAndSaysSo() {
    BoardReading reading = reading("", "0x0", "1G", pool("big", "size=\"2G\""));
    assertTrue(reading.warnings("f").getFirst().contains("no free RAM of 2G"));
    assertEquals(List.of(), reading.orThrow("f").pools());
  }

  @Test
  void reusablePoolsKeepToTheCmaAlignment() {
    PlatformSpec board =
        board(
            "cmaAlignment=\"4M\"",
            "0x0",
            "0x3ff00000",
            pool("cma", "size=\"4M\" reusable=\"true\""));
    assertEquals(range(0x3f80_0000L, 4 << 20), place(board, "cma"));
  }

  @Test
  void defaultCmaAndBounceBufferComeLast() {
    PlatformSpec board = board("cmaSize=\"64M\"", "0x40000000", "1G", "");
    assertEquals(Optional.of(range(0x7c00_0000L, 64 << 20)), board.machine().defaultCma());
    assertEquals(Optional.of(range(0x7800_0000L, 64 << 20)), board.machine().swiotlb().region());
    assertEquals(BounceMode.AUTO, board.machine().swiotlb().mode());
  }

  @Test
  void theBounceBufferLiesBelow4G() {
    PlatformSpec board = board("cmaSize=\"0\"", "0x0", "8G", "");
    assertEquals(Optional.of(range(0xfc00_0000L, 64 << 20)), board.machine().swiotlb().region());
    assertEquals(Optional.empty(), board.machine().defaultCma());
  }

  /** bcm2711 and the recorded arm64 machine: what the narrowest bus reaches bounds the DMA zone. */
  @Test
  void onArm64TheBounceBufferLiesWhereTheNarrowestBusReachesIt() {
    String narrow =
        "<components T:Bus\" id=\"soc\" name=\"soc\">"
            + "<dmaRanges dma=\"0xc0000000\" parent=\"0x0\" size=\"1G\"/>%s</components>";
    PlatformSpec board = narrowed("", "0x0", "4G", narrow.formatted(""));
    assertEquals(0x3fff_ffffL, board.machine().zoneDmaLimit());
    assertEquals(Optional.of(range(0x3800_0000L, 64 << 20)), board.machine().swiotlb().region());
    assertEquals(Optional.of(range(0x3c00_0000L, 64 << 20)), board.machine().defaultCma());
    // A bus below one counts with its CPU addresses, the widest of its windows.
    String inner =
        "<components T:Bus\" id=\"in\" name=\"in\">"
            + "<dmaRanges dma=\"0x0\" parent=\"0xc0000000\" size=\"256M\"/>"
            + "<dmaRanges dma=\"0x20000000\" parent=\"0xd0000000\" size=\"256M\"/></components>";
    assertEquals(
        0x1fff_ffffL,
        narrowed("", "0x0", "4G", narrow.formatted(inner)).machine().zoneDmaLimit());
    // RAM that begins beyond makes the limit void, another architecture has none of it.
    assertEquals(
        0xffff_ffffL,
        narrowed("", "0x40000000", "1G", narrow.formatted("")).machine().zoneDmaLimit());
    assertEquals(
        Optional.of(range(0xfc00_0000L, 64 << 20)),
        narrowed("architecture=\"x86\"", "0x0", "4G", narrow.formatted(""))
            .machine()
            .swiotlb()
            .region());
  }

  @Test
  void whereAllMemoryLiesBeyond4GiBTheDmaZoneAndTheBounceBufferDoToo() {
    PlatformSpec board = board("", "0x200000000", "1G", "");
    assertEquals(0x2_3fff_ffffL, board.machine().zoneDmaLimit());
    assertEquals(
        Optional.of(range(0x2_3800_0000L, 64 << 20)), board.machine().swiotlb().region());
  }

  @Test
  void thirtyTwoBitArmHasABounceBufferOnlyWhenItSaysSoAndThenInLowMemory() {
    assertEquals(
        BounceMode.OFF,
        board("architecture=\"arm\"", "0x40000000", "2G", "").machine().swiotlb().mode());
    PlatformSpec lpae = board("architecture=\"arm\" swiotlb=\"auto\"", "0x40000000", "2G", "");
    // 760 MiB of lowmem end at 0x6f800000.
    assertEquals(Optional.of(range(0x6b80_0000L, 64 << 20)), lpae.machine().swiotlb().region());
  }

  @Test
  void x86HasNoDefaultCmaAndA24BitZone() {
    PlatformSpec board = board("architecture=\"x86\"", "0x0", "4G", "");
    assertEquals(Optional.empty(), board.machine().defaultCma());
    assertEquals(0xff_ffffL, board.machine().zoneDmaLimit());
  }

  @Test
  void whatLinuxRefusesStaysReservedAndServesNobody() {
    String[] refused = {
      "kind=\"restricted-dma-pool\" noMap=\"true\"",
      "kind=\"restricted-dma-pool\" reusable=\"true\"",
      "kind=\"restricted-dma-pool\" defaultPool=\"linux,dma-default\"",
      "reusable=\"true\" noMap=\"true\"",
      "reusable=\"true\" cma=\"odd\"",
    };
    for (String attributes : refused) {
      String size = attributes.contains("odd") ? "1M" : "4M";
      BoardReading reading =
          reading(
              "",
              "0x0",
              "1G",
              pool(
                  "p",
                  "base=\"0x10000000\" size=\""
                      + size
                      + "\" "
                      + attributes.replace(" cma=\"odd\"", "")));
      assertEquals(
          PoolSpec.Kind.RESERVED, reading.orThrow("f").pool("p").orElseThrow().kind(), attributes);
      assertTrue(
          reading.warnings("f").getFirst().contains("serves nobody"),
          attributes + " " + reading.warnings("f"));
    }
    // 32-bit Arm only
    String mapped = pool("p", "base=\"0x10000000\" size=\"4M\"");
    assertEquals(
        PoolSpec.Kind.COHERENT, board("", "0x0", "1G", mapped).pool("p").orElseThrow().kind());
    assertEquals(
        PoolSpec.Kind.RESERVED,
        board("architecture=\"arm\"", "0x0", "1G", mapped).pool("p").orElseThrow().kind());
  }

  @Test
  void aDisabledPoolTakesNoRoom() {
    assertEquals(
        List.of(),
        board("", "0x0", "1G", pool("p", "base=\"0x10000000\" size=\"4M\" disabled=\"true\""))
            .pools());
  }

  @Test
  void givenRamStandsInPlaceOfTheBoards(@TempDir Path folder) throws IOException {
    Path file =
        Files.writeString(
            folder.resolve("b.topology"),
            TestBoards.file("", "<components T:Memory\" id=\"ram\" name=\"ram\" base=\"0x0\"/>"));
    BoardDesk desk = new BoardDesk(new ModelPackages(), new NoImporter());
    BadInputException e = assertThrows(BadInputException.class, () -> desk.open(file, List.of()));
    assertTrue(e.getMessage().contains("--ram"), e.getMessage());
    PlatformSpec spec =
        desk.open(file, List.of(range(0x8000_0000L, 1 << 30), range(0, 1 << 30))).spec();
    assertEquals(
        List.of(range(0, 1 << 30), range(0x8000_0000L, 1 << 30)),
        spec.memory().stream().map(m -> m.range()).toList());
    assertThrows(
        BadInputException.class,
        () -> desk.open(file, List.of(range(0, 1 << 30), range(0x1000, 1 << 20))));
  }
}
