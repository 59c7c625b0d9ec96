package org.bufferyard.topology;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.bufferyard.platform.board.BoardState;
import org.bufferyard.platform.spec.DeviceSpec;
import org.bufferyard.topology.model.board.Topology;
import org.eclipse.emf.ecore.EPackage;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Second trap: the bundle comes, or goes, while the file is open. */
class LateBundleTest {
  @TempDir Path folder;
  private Path file;
  private final ModelPackages packages = new ModelPackages();

  @BeforeEach
  void writeFile() throws IOException {
    file = Files.writeString(folder.resolve("npu.topology"), TestModels.npuBoard());
  }

  private static void rename(Topology board, String name) {
    board.setName(name);
  }

  @Test
  void theFileReloadsWhenItsBundleArrivesAndThenSavesByteForByte() throws IOException {
    byte[] before = Files.readAllBytes(file);
    try (OpenBoardFile open = OpenBoardFile.open(file, packages)) {
      List<BoardState> seen = new ArrayList<>();
      open.onChange(seen::add);
      packages.add(TestModels.npu(), TestModels.NPU);

      assertEquals(1, seen.size());
      assertEquals(Optional.empty(), seen.getFirst().readOnly());
      assertEquals(List.of(), seen.getFirst().errors());
      // There and back: the text is made anew by the second edit, from what was loaded late.
      open.edit(b -> rename(b, "other"));
      open.edit(b -> rename(b, "npu-board"));
      open.save();
    }
    assertEquals(new String(before, StandardCharsets.UTF_8), Files.readString(file));
  }

  @Test
  void theLateDeviceIsUsable() {
    try (OpenBoardFile open = OpenBoardFile.open(file, packages)) {
      packages.add(TestModels.npu(), TestModels.NPU);
      DeviceSpec npu = open.state().spec().orElseThrow().device("soc/npu").orElseThrow();
      assertEquals("http://example.org/device/npu/1.0#NpuDevice", npu.type());
      assertEquals(
          Map.of(
              "cores", 4L, "precision", "FP16", "localMemory", 512L * 1024, "feeds", "soc/display"),
          npu.attributes());
    }
  }

  @Test
  void aBundleThatNobodyWantsDisturbsNobody() throws IOException {
    Files.writeString(
        file,
        TestModels.npuBoard()
            .replaceAll(
                "(?s)  <requires.*?\\R|    <components xsi:type=\"npu.*?</components>\\R", ""));
    try (OpenBoardFile open = OpenBoardFile.open(file, packages)) {
      List<BoardState> seen = new ArrayList<>();
      open.onChange(seen::add);
      packages.add(TestModels.npu(), TestModels.NPU);
      assertEquals(List.of(), seen);
    }
  }

  @Test
  void unsavedChangesSurviveTheDepartureAndTheReturn() throws IOException {
    byte[] before = Files.readAllBytes(file);
    EPackage npu = TestModels.npu();
    packages.add(npu, TestModels.NPU);
    try (OpenBoardFile open = OpenBoardFile.open(file, packages)) {
      open.edit(b -> rename(b, "changed"));
      packages.remove(npu);

      BoardState without = open.state();
      assertTrue(without.readOnly().orElseThrow().contains("org.example.npu"));
      assertTrue(without.unsaved());
      assertArrayEquals(before, Files.readAllBytes(file));

      packages.add(TestModels.npu(), TestModels.NPU);
      assertEquals(Optional.empty(), open.state().readOnly());
      open.save();
      assertFalse(open.state().unsaved());
    }
    assertEquals(
        TestModels.npuBoard().replace("name=\"npu-board\"", "name=\"changed\""),
        Files.readString(file));
  }

  @Test
  void anUpdateInPlaceLetsTheHigherVersionCount() {
    EPackage old = TestModels.npu();
    packages.add(old, TestModels.NPU);
    try (OpenBoardFile open = OpenBoardFile.open(file, packages)) {
      packages.add(TestModels.npu(), new Origin("org.example.npu", "1.3.0"));
      packages.remove(old);
      assertEquals(Optional.empty(), open.state().readOnly());
      assertEquals("1.3.0", packages.find(old.getNsURI()).orElseThrow().origin().version());
    }
  }

  @Test
  void afterCloseNothingListens() {
    OpenBoardFile open = OpenBoardFile.open(file, packages);
    long revision = open.state().revision();
    open.close();
    packages.add(TestModels.npu(), TestModels.NPU);
    assertEquals(revision, open.state().revision());
  }
}
