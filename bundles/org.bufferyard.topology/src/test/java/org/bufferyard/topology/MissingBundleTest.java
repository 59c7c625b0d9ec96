package org.bufferyard.topology;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.bufferyard.api.iommu.StreamId;
import org.bufferyard.platform.board.BoardState;
import org.bufferyard.platform.board.OpenBoard;
import org.bufferyard.platform.input.BadInputException;
import org.bufferyard.platform.spec.DeviceSpec;
import org.bufferyard.platform.spec.PlatformSpec;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** First trap: a file is opened while the bundle that brings one of its types is not there. */
class MissingBundleTest {
  @TempDir Path folder;
  private Path file;
  private final ModelPackages packages = new ModelPackages();

  @BeforeEach
  void writeFile() throws IOException {
    file = Files.writeString(folder.resolve("npu.topology"), TestModels.npuBoard());
  }

  @Test
  void theFileOpensReadOnlyAndSaysWhichBundleItWants() {
    OpenBoard board = new BoardDesk(packages, new NoImporter()).open(file, List.of());
    String why = board.readOnly().orElseThrow();
    assertTrue(why.contains("NpuDevice at line 12"), why);
    assertTrue(why.contains("install bundle org.example.npu 1.2.0"), why);
  }

  @Test
  void whatIsKnownKeepsItsReferences() {
    PlatformSpec spec = new BoardDesk(packages, new NoImporter()).open(file, List.of()).spec();
    assertEquals(
        List.of("soc/gpu", "soc/display"), spec.devices().stream().map(DeviceSpec::id).toList());
    assertEquals(
        List.of(new StreamId("soc/mmu", List.of(3L))),
        spec.device("soc/display").orElseThrow().streams());
    assertEquals(
        List.of(new StreamId("soc/mmu", List.of(1L))),
        spec.device("soc/gpu").orElseThrow().streams());
    assertEquals(List.of("dram/pool"), spec.device("soc/gpu").orElseThrow().pools());
  }

  @Test
  void itIsNeitherChangedNorSaved() throws IOException {
    byte[] before = Files.readAllBytes(file);
    try (OpenBoardFile open = OpenBoardFile.open(file, packages)) {
      BadInputException change =
          assertThrows(BadInputException.class, () -> open.edit(b -> b.setName("other")));
      assertTrue(change.getMessage().contains("org.example.npu"), change.getMessage());
      assertThrows(BadInputException.class, open::save);
    }
    assertArrayEquals(before, Files.readAllBytes(file));
    try (var files = Files.list(folder)) {
      assertEquals(List.of(file), files.toList(), "nothing beside the file");
    }
  }

  @Test
  void aFileThatDoesNotSayWhichBundleIsRefusedWithTheNamespace() throws IOException {
    Files.writeString(file, TestModels.npuBoard().replaceAll("(?m)^  <requires.*\\R", ""));
    String refusal =
        assertThrows(BadInputException.class, () -> new BoardDesk(packages, new NoImporter()).open(file, List.of()))
            .getMessage();
    String wanted = "the bundle that brings http://example.org/device/npu/1.0";
    assertTrue(refusal.contains("NpuDevice at line 11; install " + wanted), refusal);
    // Kept open, it waits for the bundle like any other.
    try (OpenBoardFile open = OpenBoardFile.open(file, packages)) {
      assertTrue(open.state().readOnly().orElseThrow().contains(wanted));
      packages.add(TestModels.npu(), TestModels.NPU);
      assertEquals(List.of(), open.state().errors());
    }
  }

  @Test
  void aBundleWhoseModelIsBrokenIsNamedWithItsReason() {
    packages.refuse("http://example.org/device/npu/1.0", "npu.ecore does not hold one package");
    String why = new BoardDesk(packages, new NoImporter()).open(file, List.of()).readOnly().orElseThrow();
    assertTrue(why.contains("not usable: npu.ecore does not hold one package"), why);
  }

  @Test
  void aReferenceIntoTheMissingPartIsAWarningOnly() throws IOException {
    String text =
        TestModels.npuBoard()
            .replace("feeds=\"soc/display\"", "")
            .replace(
                "model=\"example,display\">",
                "model=\"example,display\" memoryRegions=\"soc/npu/scratch\">");
    Files.writeString(file, text);
    try (OpenBoardFile open = OpenBoardFile.open(file, packages)) {
      BoardState state = open.state();
      assertEquals(List.of(), state.errors());
      assertTrue(
          state.warnings().stream().anyMatch(w -> w.contains("'soc/npu/scratch' leads nowhere")),
          state.warnings().toString());
    }
  }
}
