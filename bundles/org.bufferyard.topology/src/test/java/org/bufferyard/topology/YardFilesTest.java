package org.bufferyard.topology;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.bufferyard.api.memory.PhysRange;
import org.bufferyard.platform.board.OpenBoard;
import org.bufferyard.platform.scenario.ScenarioSpec;
import org.bufferyard.platform.spec.DeviceSpec;
import org.bufferyard.platform.spec.PlatformSpec;
import org.bufferyard.platform.spec.PoolSpec;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The boards and scenarios that come with the product. */
class YardFilesTest {
  private static final Path YARDS = Path.of("../../launch/yards");

  private final ModelPackages packages = TestModels.ours();

  static List<Path> boards() throws IOException {
    return files(".topology");
  }

  static List<Path> scenarios() throws IOException {
    return files(".scenario");
  }

  private static List<Path> files(String suffix) throws IOException {
    try (Stream<Path> all = Files.walk(YARDS)) {
      return all.filter(p -> p.toString().endsWith(suffix)).sorted().toList();
    }
  }

  @ParameterizedTest
  @MethodSource("boards")
  void aBoardOpensWithoutAnyComplaint(Path file) {
    OpenBoard board = new BoardDesk(packages, new NoImporter()).open(file, List.of());
    assertEquals(List.of(), board.warnings());
    assertEquals(Optional.empty(), board.readOnly());
    assertFalse(board.spec().devices().isEmpty());
  }

  @ParameterizedTest
  @MethodSource("boards")
  void aBoardComesBackByteForByte(Path file) throws IOException {
    byte[] text = Files.readAllBytes(file);
    BoardReading reading = BoardReading.of(text, "board.topology", List.of(), packages);
    byte[] again = new ModelWriter(packages).write(reading.reading().root().orElseThrow());
    assertEquals(
        new String(text, StandardCharsets.UTF_8), new String(again, StandardCharsets.UTF_8));
  }

  @ParameterizedTest
  @MethodSource("scenarios")
  void aScenarioNamesDevicesOfItsBoard(Path file) {
    ScenarioSpec scenario = new ScenarioDesk(packages).open(file);
    PlatformSpec board =
        new BoardDesk(packages, new NoImporter()).open(file.resolveSibling(scenario.board()), List.of()).spec();
    List<String> names = board.devices().stream().map(DeviceSpec::name).toList();
    for (ScenarioSpec.PipelineSpec pipeline : scenario.pipelines()) {
      assertEquals(
          List.of(), pipeline.importers().stream().filter(i -> !names.contains(i)).toList());
      assertEquals(true, names.contains(pipeline.exporter()), pipeline.exporter());
      assertEquals(pipeline.importers().size(), pipeline.expected().size());
    }
  }

  @Test
  void theThreadsBoardIsWhatTheThreadSays() {
    PlatformSpec board =
        new BoardDesk(packages, new NoImporter()).open(YARDS.resolve("thread-2017/board.topology"), List.of()).spec();
    PoolSpec pool = board.pool("dram/codec-pool").orElseThrow();
    assertEquals(new PhysRange(0xbe000000L, 16 << 20), pool.range());
    assertEquals(PoolSpec.Kind.COHERENT, pool.kind());
    assertEquals(true, pool.noMap());
    assertEquals(false, board.pool("dram/encoder-pool").orElseThrow().exclusive());
    DeviceSpec scaler = board.device("soc/scaler").orElseThrow();
    assertEquals("soc/sysmmu_gsc", scaler.streams().getFirst().iommu());
    assertEquals(0xffff_ffffL, scaler.limits().maxSegmentSize().orElseThrow());
    // The bounce buffer lies in low memory, within the display's 31 address lines.
    long display = board.device("soc/display").orElseThrow().reach().dmaMask().orElseThrow();
    assertEquals(0x7fff_ffffL, display);
    PhysRange bounce = board.machine().swiotlb().region().orElseThrow();
    assertEquals(true, bounce.last() <= display, bounce.toString());
  }
}
