package org.bufferyard.shell.command;

import java.nio.file.Path;
import org.bufferyard.platform.live.LiveYard;
import org.bufferyard.shell.json.YardStatusJson;
import org.bufferyard.shell.running.RunningYard;
import org.bufferyard.shell.running.YardOpener;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code open}: one more board in the running process, with the pipelines of a scenario. */
@Component
@CommandName("open")
public final class OpenCommand implements ShellCommand {
  private final RunningYard running;
  private final YardOpener opener;

  @Activate
  public OpenCommand(@Reference RunningYard running, @Reference YardOpener opener) {
    this.running = running;
    this.opener = opener;
  }

  @Override
  public Call newCall() {
    return new Arguments();
  }

  @Command(
      name = "open",
      description = "Let the pipelines of one more scenario stream in the running yard.")
  private final class Arguments implements Call {
    @Mixin private final CommonOptions common = new CommonOptions();

    @Parameters(
        paramLabel = "SCENARIO|BOARD",
        description = "The pipelines of a .scenario, or a board without any yet.")
    private Path file;

    @Override
    public CommonOptions common() {
      return common;
    }

    @Override
    public Answer answer(Path directory) {
      running.require("open");
      LiveYard yard = opener.open(directory.resolve(file).normalize(), file.toString());
      int pipelines = yard.spec().pipelines().size();
      return new Answer(
          "yard "
              + yard.spec().name()
              + (pipelines == 1 ? ": 1 pipeline streams\n" : ": " + pipelines + " pipelines stream\n"),
          YardStatusJson.of(yard.status()),
          0);
    }
  }
}
