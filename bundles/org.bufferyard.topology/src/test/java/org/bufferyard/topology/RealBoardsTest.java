package org.bufferyard.topology;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryType;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.bufferyard.api.contract.LongReport;
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
 * packages hold a thousand boards. Time, memory and the boards with each feature are reported.
 */
@EnabledIfSystemProperty(named = RealBoardsTest.FOLDER, matches = ".+")
class RealBoardsTest {
  static final String FOLDER = "bufferyard.blobs";

  private static final ModelPackages PACKAGES = new ModelPackages();
  private static final List<PhysRange> RAM =
      List.of(new PhysRange(0x4000_0000L, 0x8000_0000L), new PhysRange(0x1_0000_0000L, 1L << 32));

  private static final Set<String> OF_EVERY_BOARD =
      Set.of("bytes", "nodes", "rootAddressCells", "rootSizeCells");

  private final Map<String, Integer> boardsWith = new TreeMap<>();
  private final Map<String, List<String>> errors = new LinkedHashMap<>();
  private int maps;

  private static String folder() {
    return System.getProperty(FOLDER);
  }

  @Test
  void everyBlobImports() throws IOException {
    List<Path> files;
    try (Stream<Path> all = Files.walk(Path.of(folder()))) {
      files = all.filter(f -> f.toString().endsWith(".dtb")).sorted().toList();
    }
    long start = System.nanoTime();
    long startCpu = cpuNanos();
    files.forEach(this::check);
    long millis = (System.nanoTime() - start) / 1_000_000;
    long cpuMillis = (cpuNanos() - startCpu) / 1_000_000;
    LongReport.write("boards", "Every board that Debian ships", text(files, millis, cpuMillis));
    assertTrue(errors.isEmpty(), errors.size() + " boards with errors");
  }

  /** Of this thread, which does it all: what others do on the machine counts for nothing. */
  private static long cpuNanos() {
    return ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();
  }

  private String text(List<Path> files, long millis, long cpuMillis) {
    StringBuilder text = new StringBuilder();
    text.append("Imported one after the other in one process, each turned into a board, written and ");
    text.append("read back:\n");
    files.stream()
        .collect(Collectors.groupingBy(f -> Path.of(folder()).relativize(f).getName(0), TreeMap::new,
            Collectors.counting()))
        .forEach((from, count) -> text.append("- ").append(count).append(" of ").append(from).append('\n'));
    text.append(
        """

        All %,d boards in %,d ms, of which %,d ms on the processor, with at most %,d MiB of heap in use;
        the importer's %,d range maps equal those of the boards that came out, and every file saved again
        is the same, byte for byte.

        | boards | have |
        |---:|---|
        """
            .formatted(files.size(), millis, cpuMillis, peakMiB(), maps));
    boardsWith.forEach(
        (feature, count) ->
            text.append("| ").append(count).append(" | ").append(feature).append(" |\n"));
    text.append('\n').append(errors.size()).append(" boards with errors.");
    errors.forEach((file, lines) -> text.append("\n- ").append(file).append(": ").append(lines));
    return text.toString();
  }

  private static long peakMiB() {
    return ManagementFactory.getMemoryPoolMXBeans().stream()
            .filter(pool -> pool.getType() == MemoryType.HEAP)
            .mapToLong(pool -> pool.getPeakUsage().getUsed())
            .sum()
        >> 20;
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
              if (value instanceof Long number && number > 0 && !OF_EVERY_BOARD.contains(key)) {
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
