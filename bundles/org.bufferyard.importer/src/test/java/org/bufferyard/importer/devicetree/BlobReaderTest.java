package org.bufferyard.importer.devicetree;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;
import org.bufferyard.api.memory.PhysRange;
import org.bufferyard.importer.devicetree.tree.Blob;
import org.bufferyard.importer.devicetree.tree.BlobReader;
import org.bufferyard.importer.devicetree.tree.DeviceTree;
import org.bufferyard.importer.devicetree.tree.Property;
import org.bufferyard.importer.devicetree.tree.TreeLimits;
import org.bufferyard.importer.devicetree.tree.TreeNode;
import org.bufferyard.platform.input.BadInputException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class BlobReaderTest {
  private static TreeWriter small() {
    return TreeWriter.board()
        .reserve(0x8000_0000L, 0x1000)
        .reserve(0x1_0000_0000L, 0x20_0000)
        .node(
            "soc",
            soc ->
                soc.text("compatible", "simple-bus", "second")
                    .cells("phandle", 7)
                    .flag("dma-ranges")
                    .node("codec@13400000", codec -> codec.cells("reg", 0, 0x1340_0000, 0, 0x1_0000)))
        .node("__symbols__", s -> s.text("mfc", "/soc/codec@13400000"));
  }

  private static String complaint(byte[] blob) {
    return assertThrows(BadInputException.class, () -> BlobReader.read(blob, "b.dtb")).getMessage();
  }

  private static byte[] patched(byte[] blob, int offset, int value) {
    byte[] copy = blob.clone();
    ByteBuffer.wrap(copy).putInt(offset, value);
    return copy;
  }

  private static int field(byte[] blob, int offset) {
    return ByteBuffer.wrap(blob).getInt(offset);
  }

  @ParameterizedTest
  @ValueSource(ints = {2, 3, 15, 16, 17})
  void everyVersionGivesTheSameTree(int version) {
    DeviceTree tree = BlobReader.read(small().blob(version), "b.dtb");
    assertEquals(
        List.of("/", "/soc", "/soc/codec@13400000"),
        tree.nodes().stream().map(TreeNode::path).toList());
    TreeNode codec = tree.at("/soc/codec@13400000").orElseThrow();
    Property reg = codec.property("reg").orElseThrow();
    assertArrayEquals(new int[] {0, 0x1340_0000, 0, 0x1_0000}, reg.cells(0, 4));
    assertEquals(List.of("simple-bus", "second"), tree.at("/soc").orElseThrow().compatible());
  }

  @Test
  void laterVersionsAreReadWhenTheySaySo() {
    byte[] later = patched(small().blob(), 20, 18);
    assertEquals(3, BlobReader.read(later, "b.dtb").nodes().size());
    assertTrue(complaint(patched(later, 24, 18)).contains("offset 0x14"), "compatible with 18 only");
    assertTrue(complaint(patched(small().blob(), 20, 1)).contains("version 1"));
  }

  @Test
  void reservationsLabelsAndPhandlesAreFound() {
    DeviceTree tree = small().tree();
    assertEquals(
        List.of(new PhysRange(0x8000_0000L, 0x1000), new PhysRange(0x1_0000_0000L, 0x20_0000)),
        tree.reservations());
    assertEquals("/soc/codec@13400000", tree.byLabel("mfc").orElseThrow().path());
    assertEquals(Optional.empty(), tree.byLabel("gsc"));
    assertEquals("mfc", tree.labels().get("/soc/codec@13400000"));
    assertEquals("/soc", tree.byPhandle(7).orElseThrow().path());
    assertEquals(Optional.empty(), tree.byPhandle(8));
  }

  @Test
  void phandlesUnderTheirOldNameAreFound() {
    DeviceTree tree =
        TreeWriter.board().node("a", a -> a.cells("linux,phandle", 3)).tree();
    assertEquals("/a", tree.byPhandle(3).orElseThrow().path());
  }

  @Test
  void theFirstOfTwoEqualPhandlesWinsAndTheOtherIsSaid() {
    DeviceTree tree =
        TreeWriter.board()
            .node("a", a -> a.cells("phandle", 3))
            .node("b", b -> b.cells("phandle", 3))
            .tree();
    assertEquals("/a", tree.byPhandle(3).orElseThrow().path());
    assertEquals(1, tree.doubtful().size());
  }

  @Test
  void overlaysAreRefusedWithTheWayOut() {
    byte[] overlay =
        TreeWriter.root()
            .node("fragment@0", f -> f.text("target-path", "/").node("__overlay__", o -> {}))
            .blob();
    assertEquals(
        "b.dtb: is an overlay, no board; give it with its base: BASE.dtb --overlay b.dtb",
        complaint(overlay));
  }

  @Test
  void whatIsNoBlobIsSaidSo() {
    assertTrue(complaint(new byte[0]).startsWith("b.dtb: is no devicetree blob"));
    assertTrue(complaint("/dts-v1/;".getBytes(java.nio.charset.StandardCharsets.US_ASCII))
        .startsWith("b.dtb: is no devicetree blob"));
  }

  @Test
  void everyTruncationIsOneLineWithAnOffset() {
    byte[] whole = small().blob();
    for (int length = 4; length < whole.length; length++) {
      String line = complaint(Arrays.copyOf(whole, length));
      assertTrue(line.contains("offset 0x"), line);
      assertTrue(line.lines().count() == 1, line);
    }
  }

  @Test
  void headersThatPointOutsideAreRefused() {
    byte[] blob = small().blob();
    for (int field : new int[] {4, 8, 12, 16, 32, 36}) {
      for (int value : new int[] {-1, Integer.MIN_VALUE, 0x7fff_ffff, blob.length + 1}) {
        String line = complaint(patched(blob, field, value));
        assertTrue(line.contains("offset 0x" + Integer.toHexString(field)), line);
      }
    }
    assertTrue(complaint(patched(blob, 8, field(blob, 8) + 1)).contains("not aligned"));
  }

  @Test
  void brokenStructureNamesItsOffset() {
    byte[] blob = small().blob();
    int start = field(blob, 8);
    String at = "offset 0x" + Integer.toHexString(start);
    assertEquals(
        "b.dtb, " + at + ": 0x5 is no token; give the whole .dtb as dtc wrote it",
        complaint(patched(blob, start, 5)));
    assertTrue(complaint(patched(blob, start, 9)).contains("no root"));
    assertTrue(complaint(patched(blob, start, 2)).contains("did not begin"));
    assertTrue(complaint(patched(blob, start, 3)).contains(at));
  }

  @Test
  void namesThatWouldBeAmbiguousAreRefused() {
    assertTrue(
        complaint(TreeWriter.board().node("a", a -> {}).node("a", a -> {}).blob())
            .contains("two nodes are called /a"));
    assertTrue(
        complaint(TreeWriter.board().node("", a -> {}).blob()).contains("a node without a name"));
    assertTrue(
        complaint(TreeWriter.board().node("a/b", a -> {}).blob()).contains("with a slash"));
    assertTrue(complaint(TreeWriter.board().node("a\nb", a -> {}).blob()).contains("byte 0x0a"));
    assertTrue(complaint(TreeWriter.board().node("\u00e4", a -> {}).blob()).contains("byte 0xe4"));
    assertTrue(complaint(TreeWriter.board().flag("").blob()).contains("without a name"));
  }

  @Test
  void depthWidthAndNamesAreBounded() {
    UnaryOperator<TreeWriter> deep =
        top -> {
          nest(top, TreeLimits.DEPTH);
          return top;
        };
    assertTrue(complaint(deep.apply(TreeWriter.board()).blob()).contains("more than 64 levels"));
    assertTrue(
        complaint(TreeWriter.board().node("n".repeat(256), n -> {}).blob())
            .contains("longer than 255"));
    TreeWriter wide = TreeWriter.board();
    for (int i = 0; i < TreeLimits.NODES; i++) {
      wide.node("n" + i, n -> {});
    }
    assertTrue(complaint(wide.blob()).contains("more than 65536 nodes"));
    assertTrue(
        complaint(new byte[Blob.MOST_BYTES + 1]).contains("too many for a devicetree"));
  }

  private static void nest(TreeWriter node, int levels) {
    if (levels > 0) {
      node.node("n", child -> nest(child, levels - 1));
    }
  }

  @Test
  void aReservationBlockWithoutEndIsRefused() {
    byte[] blob = small().blob();
    // Both reservations and the terminator become one endless list of ones.
    for (int at = field(blob, 16); at < field(blob, 8); at += 4) {
      blob = patched(blob, at, 1);
    }
    assertTrue(complaint(blob).contains("offset 0x"));
  }

  @Test
  void odditiesInValuesAreNoErrors() {
    TreeNode node =
        TreeWriter.board().node("a", a -> a.bytes("x", (byte) 1, (byte) 2).text("y", "one\ntwo"))
            .tree().at("/a").orElseThrow();
    assertEquals(0, node.property("x").orElseThrow().cells());
    assertEquals(List.of(), node.property("x").orElseThrow().texts());
    assertEquals(List.of("one?two"), node.property("y").orElseThrow().texts());
  }
}
