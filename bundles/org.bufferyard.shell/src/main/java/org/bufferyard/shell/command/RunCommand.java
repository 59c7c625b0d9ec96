package org.bufferyard.shell.command;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.bufferyard.platform.board.Boards;
import org.bufferyard.platform.board.OpenBoard;
import org.bufferyard.platform.check.Checks;
import org.bufferyard.platform.check.Finding;
import org.bufferyard.platform.input.BadInputException;
import org.bufferyard.platform.scenario.RunReport;
import org.bufferyard.platform.scenario.ScenarioRunner;
import org.bufferyard.platform.scenario.ScenarioSpec;
import org.bufferyard.platform.scenario.Scenarios;
import org.bufferyard.platform.spec.DeviceNames;
import org.bufferyard.shell.command.CommonOptions.Format;
import org.bufferyard.shell.json.RunJson;
import org.bufferyard.shell.junit.RunResults;
import org.bufferyard.shell.sarif.BoardFile;
import org.bufferyard.shell.sarif.SarifLog;
import org.bufferyard.shell.text.RunText;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code run}: streams a scenario's frames and holds the verdicts against what it expects. */
@Component
@CommandName("run")
public final class RunCommand implements ShellCommand {
  private final Scenarios scenarios;
  private final Boards boards;
  private final ScenarioRunner runner;
  private final Checks checks;

  @Activate
  public RunCommand(
      @Reference Scenarios scenarios,
      @Reference Boards boards,
      @Reference ScenarioRunner runner,
      @Reference Checks checks) {
    this.scenarios = scenarios;
    this.boards = boards;
    this.runner = runner;
    this.checks = checks;
  }

  @Override
  public Call newCall() {
    return new Arguments();
  }

  @Command(
      name = "run",
      description = {
        "Run a scenario and print its report.",
        "Takes --format sarif, for what the checker found, and --format junit too."
      })
  private final class Arguments implements Call {
    @Mixin private final CommonOptions common = new CommonOptions();

    @Parameters(paramLabel = "SCENARIO", description = "A .scenario file.")
    private Path file;

    @Override
    public CommonOptions common() {
      return common;
    }

    @Override
    public Answer answer(Path directory) {
      Path resolved = directory.resolve(file);
      if (!Files.isRegularFile(resolved)) {
        throw new BadInputException("there is no such file", file.toString(), "give a .scenario");
      }
      ScenarioSpec scenario = scenarios.open(resolved);
      Path board = resolved.resolveSibling(scenario.board());
      if (!Files.isRegularFile(board)) {
        throw new BadInputException(
            "there is no board '" + scenario.board() + "' beside it",
            file.toString(),
            "correct board=\"" + scenario.board() + "\"");
      }
      OpenBoard open = boards.open(board, List.of());
      RunReport report = runner.run(scenario, open.spec());
      DeviceNames names = new DeviceNames(open.spec());
      return new Answer(
              new RunText(report, names).text(),
              RunJson.of(report, names),
              report.asExpected() ? 0 : 1)
          .withPage(
              Format.sarif,
              () -> sarif(report, new BoardFile(besides(file, scenario.board()), board), names))
          .withPage(Format.junit, () -> new RunResults(report, names).xml());
    }
  }

  /** A file that another one names, as a person would type it. */
  private static String besides(Path file, String name) {
    return file.resolveSibling(name).normalize().toString();
  }

  private String sarif(RunReport report, BoardFile board, DeviceNames names) {
    SarifLog log =
        new SarifLog(
            checks.rules().stream().filter(r -> r.family() != Finding.Family.BOARD).toList());
    report.findings().forEach(f -> log.add(f.first(), f.times(), board, names));
    return log.text();
  }
}
