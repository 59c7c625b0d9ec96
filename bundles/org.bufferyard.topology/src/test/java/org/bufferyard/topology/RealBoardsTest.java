package org.bufferyard.topology;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.bufferyard.api.dma.DmaRange;
import org.bufferyard.api.memory.PhysRange;
import org.bufferyard.importer.devicetree.DevicetreeImporter;
import org.bufferyard.platform.draft.ImportedBoard;
import org.bufferyard.platform.spec.DeviceSpec;
import org.bufferyard.platform.spec.PlatformSpec;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;

/**
 * Every blob below a folder, imported in one process: no crash, and a board that means what the
 * importer found. Give the folder with {@code -Dbufferyard.blobs=DIR}; Debian's kernel image
 * packages hold a thousand boards. Time, memory and the boards with each feature are printed.
 */
@EnabledIfSystemProperty(named = RealBoardsTest.FOLDER, matches = ".+")
class RealBoardsTest {
  static final String FOLDER = "bufferyard.blobs";

  private static final ModelPackages PACKAGES = new ModelPackages();
  private static final List<PhysRange> RAM =
      List.of(new PhysRange(0x4000_0000L, 0x8000_0000L), new PhysRange(0x1_0000_0000L, 1L << 32));

  private final Map<String, Integer> boardsWith = new TreeMap<>();
  private final Map<String, List<String>> errors = new LinkedHashMap<>();
  private int maps;

  @Test
  void everyBlobImports() throws IOException {
    List<Path> files;
    try (Stream<Path> all = Files.walk(Path.of(System.getProperty(FOLDER)))) {
      files = all.filter(f -> f.toString().endsWith(".dtb")).sorted().toList();
    }
    long start = System.nanoTime();
    files.forEach(this::check);
    long millis = (System.nanoTime() - start) / 1_000_000;
    Runtime memory = Runtime.getRuntime();
    System.out.println(
        files.size() + " boards in " + millis + " ms, " + maps + " range maps equal, heap "
            + ((memory.totalMemory() - memory.freeMemory()) >> 20) + " MiB of "
            + (memory.maxMemory() >> 20));
    boardsWith.forEach((feature, count) -> System.out.println("  " + count + " " + feature));
    errors.forEach((file, lines) -> System.out.println("  " + file + ": " + lines));
    assertTrue(errors.isEmpty(), errors.size() + " boards with errors");
  }

  private void check(Path file) {
    ImportedBoard imported = new DevicetreeImporter().read(file, List.of(), List.of());
    boolean own =
        imported.draft().memory().banks().stream().anyMatch(b -> b.size() != 0 && !b.disabled());
    DraftReading reading = DraftReading.of(imported.draft(), own ? List.of() : RAM, PACKAGES);
    List<String> wrong = new ArrayList<>(reading.reading().errors(file.getFileName().toString()));
    reading.reading().spec().ifPresent(spec -> compare(imported, spec));
    if (!wrong.isEmpty()) {
      errors.put(file.getFileName().toString(), wrong);
    }
    assertArrayEquals(
        reading.text(),
        new ModelWriter(PACKAGES).write(reading.reading().reading().root().orElseThrow()));
    imported
        .report()
        .counts()
        .forEach(
            (key, value) -> {
              if (value instanceof Long number && number > 0) {
                boardsWith.merge(key, 1, Integer::sum);
              }
            });
  }

  /** The board finds the same way to memory as the importer, for every device it has. */
  private void compare(ImportedBoard imported, PlatformSpec board) {
    Map<String, List<DmaRange>> wanted = imported.report().dmaRangeMaps();
    for (DeviceSpec device : board.devices()) {
      if (wanted.containsKey(device.path())) {
        assertEquals(
            wanted.get(device.path()), device.reach().rangeMap().regions(), device.path());
        maps++;
      }
    }
  }
}
