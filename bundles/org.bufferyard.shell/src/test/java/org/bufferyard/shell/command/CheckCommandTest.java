package org.bufferyard.shell.command;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.bufferyard.api.kernel.KernelProfile;
import org.bufferyard.api.kernel.Rule;
import org.bufferyard.api.memory.PhysRange;
import org.bufferyard.platform.board.BoardSurvey;
import org.bufferyard.platform.board.BoardSurvey.Remark;
import org.bufferyard.platform.board.Boards;
import org.bufferyard.platform.board.OpenBoard;
import org.bufferyard.platform.board.RemarkRules;
import org.bufferyard.platform.check.CheckSession;
import org.bufferyard.platform.check.Checks;
import org.bufferyard.platform.check.Finding;
import org.bufferyard.platform.check.RuleHelp;
import org.bufferyard.platform.input.BadInputException;
import org.bufferyard.platform.spec.MachineSpec;
import org.bufferyard.platform.spec.PlatformSpec;
import org.bufferyard.shell.command.CommonOptions.Format;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

class CheckCommandTest {
  @TempDir private Path directory;

  /** Files called broken do not open; the others are an empty board, odd when they are called so. */
  private static final class NamedBoards implements Boards {
    @Override
    public BoardSurvey survey(Path file, List<PhysRange> extraRam) {
      PlatformSpec board = open(file, List.of(), extraRam).spec();
      Remark odd = new Remark(RemarkRules.DISABLED_IOMMU, "soc/cam", "soc/cam: its IOMMU is off");
      return new BoardSurvey(
          board,
          file.getFileName().toString().startsWith("odd") ? List.of(odd) : List.of());
    }

    @Override
    public OpenBoard open(Path file, List<Path> overlays, List<PhysRange> extraRam) {
      if (file.getFileName().toString().startsWith("broken")) {
        throw new BadInputException("is no board", file.getFileName().toString(), "");
      }
      MachineSpec machine =
          new MachineSpec(
              MachineSpec.Architecture.ARM64,
              0,
              true,
              true,
              Optional.empty(),
              MachineSpec.Bounce.NONE,
              MachineSpec.IommuMode.STRICT);
      PlatformSpec board =
          new PlatformSpec("empty", machine, List.of(), List.of(), List.of(), List.of());
      return new OpenBoard(board, List.of(), Optional.empty());
    }
  }

  /** One warning about every board. */
  private static final class OneWarning implements Checks {
    @Override
    public CheckSession open(
        PlatformSpec board, KernelProfile kernel, Set<Finding.Family> families) {
      throw new AssertionError("no stream is checked here");
    }

    @Override
    public CheckSession join(
        PlatformSpec board, KernelProfile kernel, Set<Finding.Family> families) {
      throw new AssertionError("no stream is checked here");
    }

    @Override
    public List<RuleHelp> rules() {
      return List.of(
          new RuleHelp(
              Finding.Family.BOARD,
              "A8/dma_capable",
              "a device does not reach all memory",
              "Buffers beyond its reach cannot be mapped."),
          new RuleHelp(
              Finding.Family.BOARD,
              "B3/dma_assign_coherent_memory",
              "a pool lies beyond a device's mask",
              "Nothing checks an allocation against the mask."));
    }

    @Override
    public List<Finding> of(PlatformSpec board, KernelProfile kernel) {
      return List.of(
          new Finding(
              Finding.Family.BOARD,
              Finding.Severity.WARNING,
              Rule.of("B3", "dma_assign_coherent_memory"),
              "cam",
              "on " + kernel,
              false,
              List.of()));
    }
  }

  private Answer answer(String... arguments) {
    ShellCommand.Call call = new CheckCommand(new NamedBoards(), new OneWarning()).newCall();
    new CommandLine(call).parseArgs(arguments);
    return call.answer(directory);
  }

  private void file(String name) throws IOException {
    Path file = directory.resolve(name);
    Files.createDirectories(file.getParent());
    Files.writeString(file, "");
  }

  @Test
  void everyBoardOfAFolderIsChecked() throws IOException {
    file("yards/b/board.topology");
    file("yards/a.dtb");
    file("yards/broken.topology");
    file("yards/notes.txt");
    Answer answer = answer("yards", "--kernel", "6.12");
    JsonObject total = answer.json().getAsJsonObject().getAsJsonObject("total");
    assertEquals(3, total.get("boards").getAsInt());
    assertEquals(2, total.get("warnings").getAsInt());
    assertEquals(1, total.get("broken").getAsInt());
    assertTrue(answer.text().contains(")\n  warning B3: on 6.12\n"), answer.text());
    assertTrue(answer.text().startsWith("yards/a.dtb (of its memory nothing is known"), answer.text());
    assertTrue(answer.text().contains("broken.topology: does not open"), answer.text());
    assertEquals(0, answer.exitCode());
  }

  @Test
  void whatABoardSaysOfItselfIsFoundToo() throws IOException {
    file("odd.dtb");
    Answer answer = answer("odd.dtb", "--fail-on", "WARNING");
    assertTrue(
        answer.text().contains("\n  warning A5: soc/cam: its IOMMU is off\n"), answer.text());
    assertTrue(answer.text().startsWith("odd.dtb (of its memory nothing is known"), answer.text());
    JsonObject json = answer.json().getAsJsonObject();
    assertFalse(
        json.getAsJsonArray("boards")
            .get(0)
            .getAsJsonObject()
            .get("memoryKnown")
            .getAsBoolean());
  }

  @Test
  void failOnIsASeverityAndWhatIsWorse() throws IOException {
    file("board.topology");
    assertEquals(0, answer("board.topology", "--fail-on", "ERROR").exitCode());
    assertEquals(1, answer("board.topology", "--fail-on", "WARNING").exitCode());
    assertEquals(1, answer("board.topology", "--fail-on", "NOTE").exitCode());
  }

  @Test
  void findingsBecomeASarifLogAndTestResults() throws IOException {
    file("yards/a.dtb");
    file("yards/broken.topology");
    Answer answer = answer("yards");
    JsonObject run =
        JsonParser.parseString(answer.pages().get(Format.sarif).get())
            .getAsJsonObject()
            .getAsJsonArray("runs")
            .get(0)
            .getAsJsonObject();
    JsonObject result = run.getAsJsonArray("results").get(0).getAsJsonObject();
    assertEquals("B3/dma_assign_coherent_memory", result.get("ruleId").getAsString());
    assertEquals(1, result.get("ruleIndex").getAsInt());
    assertTrue(answer.pages().get(Format.sarif).get().contains("yards/broken.topology"));
    String junit = answer.pages().get(Format.junit).get();
    assertTrue(junit.contains("<testsuites tests=\"4\" failures=\"2\">"), junit);
    assertTrue(
        answer("yards", "--fail-on", "ERROR")
            .pages()
            .get(Format.junit)
            .get()
            .contains("failures=\"1\""),
        "only what the exit code fails on fails");
  }

  @Test
  void oneBrokenBoardIsBadInput() throws IOException {
    file("broken.topology");
    assertThrows(BadInputException.class, () -> answer("broken.topology"));
    assertThrows(BadInputException.class, () -> answer("missing.topology"));
    Files.createDirectories(directory.resolve("empty"));
    assertThrows(BadInputException.class, () -> answer("empty"));
  }
}
