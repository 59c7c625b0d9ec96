package org.bufferyard.shell.command;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.regex.PatternSyntaxException;
import org.bufferyard.platform.conform.ConformReport;
import org.bufferyard.platform.conform.ConformRequest;
import org.bufferyard.platform.conform.Conformance;
import org.bufferyard.platform.input.BadInputException;
import org.bufferyard.shell.command.CommonOptions.Format;
import org.bufferyard.shell.json.ConformJson;
import org.bufferyard.shell.text.ConformText;
import org.bufferyard.shell.text.FidelityPage;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code conform}: how far the model agrees with recorded kernels. */
@Component
@CommandName("conform")
public final class ConformCommand implements ShellCommand {
  private final Conformance conformance;

  @Activate
  public ConformCommand(@Reference Conformance conformance) {
    this.conformance = conformance;
  }

  @Override
  public Call newCall() {
    return new Arguments();
  }

  @Command(
      name = "conform",
      description =
          "Replay recorded kernels and list every difference. --format markdown writes the page"
              + " docs/fidelity.md is made of.")
  private final class Arguments implements SlowCall {
    @Mixin private final CommonOptions common = new CommonOptions();

    @Parameters(
        arity = "0..*",
        paramLabel = "FILE",
        description = "Recorded cases, facts, or folders (default: what Bufferyard carries).")
    private List<Path> files = List.of();

    @Option(
        names = "--scenario",
        split = ",",
        paramLabel = "NAME",
        description = "Only these scenarios.")
    private List<String> scenarios = List.of();

    @Option(
        names = "--run",
        paramLabel = "PATTERN",
        description = "Only runs whose name matches this regular expression.")
    private String runs;

    @Option(
        names = "--boards",
        paramLabel = "DIR",
        description = "Where the blobs lie that facts name.")
    private Path boards;

    @Option(names = "--jobs", paramLabel = "N", description = "Workers (default: one a core).")
    private int jobs = Runtime.getRuntime().availableProcessors();

    @Override
    public CommonOptions common() {
      return common;
    }

    @Override
    public Answer answer(Path directory, Consumer<String> progress) {
      if (jobs < 1 || jobs > 256) {
        throw new BadInputException("there are 1 to 256 workers", "--jobs " + jobs, "");
      }
      checkPattern();
      List<Path> resolved = files.stream().map(directory::resolve).toList();
      for (Path file : resolved) {
        if (!Files.exists(file)) {
          throw new BadInputException("there is no such file or folder", file.toString(), "");
        }
      }
      long start = System.nanoTime();
      ConformReport report =
          conformance.run(
              new ConformRequest(
                  resolved,
                  scenarios,
                  Optional.ofNullable(runs),
                  Optional.ofNullable(boards).map(directory::resolve),
                  jobs,
                  progress));
      boolean filtered = !scenarios.isEmpty() || runs != null;
      if (filtered && report.total().cases() == 0) {
        throw new BadInputException(
            "no recorded case is of "
                + String.join(", ", scenarios)
                + (scenarios.isEmpty() || runs == null ? "" : " and ")
                + (runs == null ? "" : "a run that fits '" + runs + "'"),
            runs == null ? "--scenario" : "--run",
            "'conform' without them lists all");
      }
      return new Answer(
              new ConformText(report).text(),
              ConformJson.of(report),
              report.total().differ() > 0 ? 1 : 0)
          .withPage(Format.markdown, new FidelityPage(report)::markdown)
          .withNote(took(report, System.nanoTime() - start));
    }

    private String took(ConformReport report, long nanos) {
      return String.format(
          Locale.ROOT,
          "%,d cases in %.1f s with %d worker%s",
          report.total().cases(),
          nanos / 1e9,
          jobs,
          jobs == 1 ? "" : "s");
    }

    private void checkPattern() {
      if (runs != null) {
        try {
          java.util.regex.Pattern.compile(runs);
        } catch (PatternSyntaxException e) {
          throw new BadInputException(
              "is not a regular expression: " + e.getDescription(), "--run " + runs, "");
        }
      }
    }
  }
}
