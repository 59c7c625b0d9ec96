package org.bufferyard.shell.command;

import java.nio.file.Files;
import java.nio.file.Path;
import org.bufferyard.platform.board.Boards;
import org.bufferyard.platform.board.OpenBoard;
import org.bufferyard.platform.input.BadInputException;
import org.bufferyard.platform.scenario.RunReport;
import org.bufferyard.platform.scenario.ScenarioRunner;
import org.bufferyard.platform.scenario.ScenarioSpec;
import org.bufferyard.platform.scenario.Scenarios;
import org.bufferyard.platform.spec.DeviceNames;
import org.bufferyard.shell.json.RunJson;
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

  @Activate
  public RunCommand(
      @Reference Scenarios scenarios, @Reference Boards boards, @Reference ScenarioRunner runner) {
    this.scenarios = scenarios;
    this.boards = boards;
    this.runner = runner;
  }

  @Override
  public Call newCall() {
    return new Arguments();
  }

  @Command(name = "run", description = "Run a scenario and print its report.")
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
      OpenBoard open = BoardOptions.open(boards, board, scenario.board());
      RunReport report = runner.run(scenario, open.spec());
      DeviceNames names = new DeviceNames(open.spec());
      return new Answer(
          new RunText(report, names).text(),
          RunJson.of(report, names),
          report.asExpected() ? 0 : 1);
    }
  }
}
