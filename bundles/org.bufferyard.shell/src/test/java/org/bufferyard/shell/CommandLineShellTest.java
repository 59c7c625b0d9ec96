package org.bufferyard.shell;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.bufferyard.api.memory.PhysRange;
import org.bufferyard.platform.board.BoardSurvey;
import org.bufferyard.platform.board.Boards;
import org.bufferyard.platform.board.OpenBoard;
import org.bufferyard.platform.input.BadInputException;
import org.bufferyard.platform.registry.PlugInException;
import org.bufferyard.platform.verdict.Explainer;
import org.bufferyard.platform.verdict.MatrixQuestion;
import org.bufferyard.platform.verdict.MatrixReport;
import org.bufferyard.platform.verdict.ShareQuestion;
import org.bufferyard.platform.verdict.ShareReport;
import org.bufferyard.shell.command.Answer;
import org.bufferyard.shell.command.CommonOptions;
import org.bufferyard.shell.command.CommonOptions.Format;
import org.bufferyard.shell.command.ExplainCommand;
import org.bufferyard.shell.command.ShellCommand;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

class CommandLineShellTest {
  @TempDir private Path directory;

  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final ByteArrayOutputStream err = new ByteArrayOutputStream();
  private final CommandLineShell shell = new CommandLineShell();

  /** A command that answers, or goes wrong as it is told. */
  private static final class Probe implements ShellCommand {
    @Override
    public Call newCall() {
      return new Arguments();
    }

    @Command(name = "probe")
    private static final class Arguments implements Call {
      @Mixin private final CommonOptions common = new CommonOptions();

      @Option(names = "--how")
      private String how = "well";

      @Override
      public CommonOptions common() {
        return common;
      }

      @Override
      public Answer answer(Path directory) {
        return switch (how) {
          case "badly" -> throw new BadInputException("is\nodd", "x.topology", "mend it");
          case "foreign" -> throw new PlugInException("Kind 'k' of 'e'", "org.example.K", "broke\nin x()");
          case "own" -> throw new PlugInException("Kind 'k' of 'e'", "org.bufferyard.x.K", "broke");
          case "never" -> throw new IllegalStateException("broken");
          default -> {
            JsonObject json = new JsonObject();
            json.addProperty("how", how);
            Answer answer =
                new Answer("it went " + how + "\n", json, how.equals("so-so") ? 1 : 0);
            yield how.equals("slowly") ? answer.withPage(Format.markdown, () -> "# Slowly\n").withNote("3 s") : answer;
          }
        };
      }
    }
  }

  private int run(String... arguments) {
    return shell.run(
        List.of(arguments),
        new PrintStream(out, true, StandardCharsets.UTF_8),
        new PrintStream(err, true, StandardCharsets.UTF_8),
        directory);
  }

  private String out() {
    return out.toString(StandardCharsets.UTF_8);
  }

  private String err() {
    return err.toString(StandardCharsets.UTF_8);
  }

  private void withProbe() {
    shell.addCommand(new OneCommand("probe", new Probe()));
  }

  @Test
  void answersAsText() {
    withProbe();
    assertEquals(0, run("probe"));
    assertEquals("it went well\n", out());
    assertEquals("", err());
  }

  @Test
  void answersAsJsonAndIntoAReport() throws IOException {
    withProbe();
    assertEquals(0, run("probe", "--format", "json", "--report", "r.json"));
    assertEquals("well", JsonParser.parseString(out()).getAsJsonObject().get("how").getAsString());
    assertEquals(out(), Files.readString(directory.resolve("r.json")));
    try (Stream<Path> files = Files.list(directory)) {
      assertEquals(1, files.count(), "no part is left behind");
    }
  }

  @Test
  void aPageIsWrittenWhereThereIsOneAndRefusedElsewhere() {
    withProbe();
    assertEquals(0, run("probe", "--how", "slowly", "--format", "markdown"));
    assertEquals("# Slowly\n", out());
    assertEquals("3 s", err().strip(), "what holds for this run alone stands beside the answer");
    err.reset();
    assertEquals(2, run("probe", "--format", "markdown"));
    assertTrue(err().contains("does not write markdown"), err());
  }

  @Test
  void quietOnlyExits() {
    withProbe();
    assertEquals(1, run("probe", "--how", "so-so", "--quiet"));
    assertEquals("", out() + err());
  }

  @Test
  void badInputIsOneLineAndTwo() {
    withProbe();
    assertEquals(2, run("probe", "--how", "badly", "--report", "r.txt"));
    assertEquals("bufferyard: x.topology: is odd; mend it\n", err());
    assertFalse(Files.exists(directory.resolve("r.txt")), "nothing is written");
  }

  @Test
  void ourOwnBugNamesItselfOne() {
    withProbe();
    assertEquals(3, run("probe", "--how", "never"));
    assertTrue(err().lines().findFirst().orElse("").contains("this is a bug of bufferyard"), err());
  }

  @Test
  void aPlugInThatBreaksIsNamedAndNotCalledOurBug() {
    withProbe();
    assertEquals(2, run("probe", "--how", "foreign", "--report", "r.txt"));
    assertEquals(
        "bufferyard: Kind 'k' of 'e' (org.example.K) broke in x(); it is out of use now: update or"
            + " remove it\n",
        err());
    assertFalse(Files.exists(directory.resolve("r.txt")), "nothing is written");
  }

  @Test
  void aPlugInOfOursThatBreaksIsOurBug() {
    withProbe();
    assertEquals(3, run("probe", "--how", "own"));
    assertEquals(
        "bufferyard: this is a bug of bufferyard, please report it: Kind 'k' of 'e'"
            + " (org.bufferyard.x.K) broke",
        err().lines().findFirst().orElse(""));
  }

  @ParameterizedTest
  @ValueSource(strings = {"--nonsense", "--format=xml", "--report"})
  void impossibleOptionsAreOneLineAndTwo(String option) {
    withProbe();
    assertEquals(2, run("probe", option));
    assertEquals(1, err().lines().count(), err());
    assertTrue(err().contains("probe --help"), err());
  }

  @Test
  void aReportThatCannotBeWrittenIsTwo() {
    withProbe();
    assertEquals(2, run("probe", "--report", "no/such/folder/r.txt"));
    assertEquals(1, err().lines().count(), err());
    assertEquals("", out(), "an answer that cannot be kept is not given");
  }

  @Test
  void unknownCommandsPointToHelp() {
    assertEquals(2, run("explode"));
    assertTrue(err().contains("there is no command 'explode'"), err());
  }

  @Test
  void aCommandWithoutItsBundleSaysSo() {
    assertEquals(2, run("conform"));
    assertTrue(err().contains("a bundle that it needs is not running"), err());
  }

  @Test
  void helpListsTheCommandsThatAreThere() {
    withProbe();
    assertEquals(0, run("--help"));
    assertTrue(out().contains("probe"), out());
  }

  @Test
  void withdrawnCommandsAreGone() {
    OneCommand probe = new OneCommand("probe", new Probe());
    shell.addCommand(probe);
    shell.removeCommand(probe);
    assertEquals(2, run("probe"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "explain",
        "explain b.topology",
        "explain b.topology codec",
        "explain b.topology codec scaler --kernel 5.0",
        "explain b.topology codec scaler --memory vram",
        "explain b.topology codec scaler --policy maybe",
        "explain b.topology codec scaler --size 1X",
        "explain b.topology codec scaler --size 0",
        "explain b.topology codec scaler --ram 1",
        "explain missing.topology codec scaler"
      })
  void explainRefusesBadArgumentsBeforeItOpensAnything(String line) {
    Boards never =
        new Boards() {
          @Override
          public OpenBoard open(Path file, List<Path> overlays, List<PhysRange> ram) {
            throw new AssertionError("opened " + file);
          }

          @Override
          public BoardSurvey survey(Path file, List<PhysRange> ram) {
            throw new AssertionError("looked at " + file);
          }
        };
    Explainer nor =
        new Explainer() {
          @Override
          public ShareReport explain(ShareQuestion question) {
            throw new AssertionError("asked " + question);
          }

          @Override
          public MatrixReport matrix(MatrixQuestion question) {
            throw new AssertionError("asked " + question);
          }
        };
    shell.addCommand(new OneCommand("explain", new ExplainCommand(never, nor)));
    assertEquals(2, run(line.split(" ")));
    assertEquals(1, err().lines().count(), err());
    assertEquals("", out());
  }

  /** What SCR hands to the shell, for one command. */
  private record OneCommand(String name, ShellCommand command)
      implements org.osgi.service.component.ComponentServiceObjects<ShellCommand> {
    @Override
    public ShellCommand getService() {
      return command;
    }

    @Override
    public void ungetService(ShellCommand service) {}

    @Override
    public org.osgi.framework.ServiceReference<ShellCommand> getServiceReference() {
      return new NamedReference(Map.of("command.name", name));
    }
  }
}
