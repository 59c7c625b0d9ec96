package org.bufferyard.shell.command;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.bufferyard.platform.input.BadInputException;
import org.bufferyard.platform.live.Soak;
import org.bufferyard.platform.live.SoakReport;
import org.bufferyard.shell.json.SoakJson;
import org.bufferyard.shell.text.SoakText;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code soak}: exchanges plug-ins at random under load, then draws the balance. */
@Component
@CommandName("soak")
public final class SoakCommand implements ShellCommand {
  private final Soak soak;

  @Activate
  public SoakCommand(@Reference Soak soak) {
    this.soak = soak;
  }

  @Override
  public Call newCall() {
    return new Arguments();
  }

  @Command(
      name = "soak",
      description = {
        "Exchange plug-ins at random while pipelines stream, then draw the balance.",
        "Exit code 1 when a frame was lost, wrong or leaked, or a plug-in broke."
      })
  private final class Arguments implements SlowCall {
    @Mixin private final CommonOptions common = new CommonOptions();

    @Parameters(
        paramLabel = "SCENARIO",
        arity = "0..*",
        description =
            "Scenario files whose pipelines stream (default: a mixture of those that come with"
                + " Bufferyard).")
    private List<Path> scenarios = new ArrayList<>();

    @Option(
        names = "--swaps",
        paramLabel = "N",
        description = "How many exchanges (default: ${DEFAULT-VALUE}).")
    private int swaps = 1000;

    @Option(
        names = "--pipelines",
        paramLabel = "N",
        description = "How many pipelines stream meanwhile (default: ${DEFAULT-VALUE}).")
    private int pipelines = 8;

    @Option(
        names = "--seed",
        paramLabel = "S",
        description = "What is left to chance is the same for the same seed (default: another one each time).")
    private Optional<Long> seed = Optional.empty();

    @Option(
        names = "--seconds",
        paramLabel = "N",
        description = "End after so many seconds, all swaps made or not.")
    private Optional<Integer> seconds = Optional.empty();

    @Option(
        names = "--with",
        paramLabel = "JAR",
        description = "A plug-in of yours that takes part; may be given several times.")
    private List<Path> plugIns = new ArrayList<>();

    @Override
    public CommonOptions common() {
      return common;
    }

    @Override
    public Answer answer(Path directory, Consumer<String> progress) {
      if (swaps < 0 || pipelines < 1) {
        throw new BadInputException(
            "wants at least no swap and one pipeline",
            "--swaps " + swaps + " --pipelines " + pipelines,
            "");
      }
      long chosen = seed.orElseGet(System::nanoTime);
      progress.accept("seed " + chosen);
      SoakReport report =
          soak.run(
              new Soak.Plan(
                  swaps,
                  pipelines,
                  chosen,
                  seconds.map(Duration::ofSeconds),
                  scenarios.stream().map(directory::resolve).toList(),
                  plugIns.stream().map(directory::resolve).toList(),
                  true),
              progress);
      return new Answer(
          SoakText.of(report), SoakJson.of(report), report.isClean() ? 0 : 1);
    }
  }
}
