package org.bufferyard.shell.command;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.bufferyard.api.dma.DmaRange;
import org.bufferyard.api.memory.PhysRange;
import org.bufferyard.platform.board.BoardImport;
import org.bufferyard.platform.board.BoardImports;
import org.bufferyard.platform.draft.ImportReport;
import org.bufferyard.platform.draft.ImportReport.Note;
import org.bufferyard.platform.input.BadInputException;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** What the import command asks for, and how it answers. */
class ImportCommandTest {
  @TempDir private Path directory;

  private final List<String> asked = new ArrayList<>();
  private final BoardImports imports =
      new BoardImports() {
        @Override
        public BoardImport read(Path file, List<Path> overlays, List<PhysRange> ram) {
          asked.add("read " + directory.relativize(file) + laid(overlays) + " " + ram);
          return done();
        }

        @Override
        public BoardImport write(
            Path file, List<Path> overlays, List<PhysRange> ram, Path target) {
          asked.add(
              "write " + directory.relativize(file) + laid(overlays) + " "
                  + directory.relativize(target));
          return done();
        }
      };

  private String laid(List<Path> overlays) {
    return String.join("", overlays.stream().map(o -> " + " + directory.relativize(o)).toList());
  }

  private static BoardImport done() {
    Map<String, Object> counts = new LinkedHashMap<>();
    counts.put("model", "A board");
    counts.put("nodes", 12L);
    counts.put("compatible", List.of("a,board"));
    List<Note> ignored = new ArrayList<>();
    for (int i = 0; i < 20; i++) {
      ignored.add(new Note("/timer@" + i, "passive"));
    }
    return new BoardImport(
        new ImportReport(
            counts,
            Map.of("/soc/x@1", List.of(new DmaRange(0, 0xc000_0000L, 0x4000_0000L))),
            List.of(new Note("/soc", "bus with 1 DMA window")),
            ignored,
            List.of()),
        List.of("b.dtb: no RAM"),
        List.of("added Device /soc/x@1"));
  }

  @BeforeEach
  void blob() throws IOException {
    Files.write(directory.resolve("b.dtb"), new byte[] {1});
  }

  private Answer run(String... arguments) {
    ShellCommand.Call call = new ImportCommand(imports).newCall();
    new CommandLine(call).parseArgs(arguments);
    return call.answer(directory);
  }

  @Test
  void theReportHasTheKeysThatScriptsRelyOn() {
    JsonObject json = run("b.dtb", "--ram", "0x200000:1M").json().getAsJsonObject();
    assertEquals(List.of("read b.dtb [[0x200000-0x2fffff]]"), asked);
    assertEquals("A board", json.get("model").getAsString());
    assertEquals(12, json.get("nodes").getAsInt());
    assertEquals("[\"a,board\"]", json.get("compatible").toString());
    assertEquals(
        "{\"/soc/x@1\":[{\"cpu\":\"0x0\",\"dma\":\"0xc0000000\",\"size\":\"0x40000000\"}]}",
        json.get("dmaRangeMaps").toString());
    assertEquals(
        "[{\"node\":\"/soc\",\"text\":\"bus with 1 DMA window\"}]",
        json.get("understood").toString());
    assertEquals(20, json.getAsJsonArray("ignored").size());
    assertEquals(0, json.getAsJsonArray("guessed").size());
    assertTrue(json.get("output").isJsonNull());
  }

  @Test
  void aPersonSeesWhatWentInAndASumOfTheRest() {
    String text = run("b.dtb", "-o", "out.topology").text();
    assertEquals(List.of("write b.dtb out.topology"), asked);
    assertTrue(text.contains("/soc  bus with 1 DMA window"), text);
    assertTrue(text.contains("  20  passive"), text);
    assertTrue(text.contains("b.dtb: no RAM"), text);
    assertTrue(text.contains("added Device /soc/x@1"), text);
    assertTrue(text.endsWith("written to out.topology\n"), text);
  }

  @Test
  void overlaysGoOnInTheOrderGiven() throws IOException {
    Files.write(directory.resolve("z.dtbo"), new byte[] {1});
    Files.write(directory.resolve("a.dtbo"), new byte[] {1});
    run("b.dtb", "--overlay", "z.dtbo", "--overlay", "a.dtbo", "-o", "out.topology");
    assertEquals(List.of("write b.dtb + z.dtbo + a.dtbo out.topology"), asked);
    assertEquals(
        "--overlay c.dtbo: there is no such file; give a .dtbo",
        assertThrows(BadInputException.class, () -> run("b.dtb", "--overlay", "c.dtbo"))
            .getMessage());
  }

  @Test
  void aMissingFileIsOneLine() {
    assertEquals(
        "c.dtb: there is no such file; give a .dtb",
        assertThrows(BadInputException.class, () -> run("c.dtb")).getMessage());
    assertEquals(List.of(), asked);
  }
}
