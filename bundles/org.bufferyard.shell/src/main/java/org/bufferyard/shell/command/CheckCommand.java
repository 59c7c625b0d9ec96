package org.bufferyard.shell.command;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.bufferyard.api.kernel.KernelProfile;
import org.bufferyard.api.memory.PhysRange;
import org.bufferyard.platform.board.BoardSurvey;
import org.bufferyard.platform.board.Boards;
import org.bufferyard.platform.check.Checks;
import org.bufferyard.platform.check.Finding;
import org.bufferyard.platform.check.Finding.Severity;
import org.bufferyard.platform.check.RuleHelp;
import org.bufferyard.platform.input.BadInputException;
import org.bufferyard.platform.spec.DeviceNames;
import org.bufferyard.platform.spec.PlatformSpec;
import org.bufferyard.shell.command.CommonOptions.Format;
import org.bufferyard.shell.json.FindingJson;
import org.bufferyard.shell.junit.TestResults;
import org.bufferyard.shell.junit.TestResults.Case;
import org.bufferyard.shell.junit.TestResults.Suite;
import org.bufferyard.shell.sarif.BoardFile;
import org.bufferyard.shell.sarif.SarifLog;
import org.bufferyard.shell.text.FindingText;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code check}: what is wrong with boards before anything runs on them. */
@Component
@CommandName("check")
public final class CheckCommand implements ShellCommand {
  private static final String NO_RAM = " (of its memory nothing is known; --ram BASE:SIZE tells)";

  private final Boards boards;
  private final Checks checks;

  @Activate
  public CheckCommand(@Reference Boards boards, @Reference Checks checks) {
    this.boards = boards;
    this.checks = checks;
  }

  @Override
  public Call newCall() {
    return new Arguments();
  }

  /**
   * One board that was looked at.
   *
   * @param board empty when it does not open
   * @param complaint why it does not
   */
  private record Checked(
      String file,
      Path path,
      Optional<PlatformSpec> board,
      List<Finding> findings,
      String complaint) {}

  @Command(
      name = "check",
      description = {
        "What is wrong with boards before anything runs on them.",
        "Takes --format sarif and --format junit too."
      })
  private final class Arguments implements Call {
    @Mixin private final CommonOptions common = new CommonOptions();

    @Parameters(
        arity = "1..*",
        paramLabel = "BOARD|FOLDER",
        description = "Board files, or folders whose .topology and .dtb files are all checked.")
    private List<Path> places = List.of();

    @Option(
        names = "--kernel",
        paramLabel = "PROFILE",
        converter = KernelConverter.class,
        description = "The kernel that is played (default: 7.3).")
    private KernelProfile kernel = KernelProfile.DEFAULT;

    @Option(
        names = "--ram",
        paramLabel = "BASE:SIZE",
        converter = RamConverter.class,
        description = "Memory that firmware fills in, of every board here; may be repeated.")
    private List<PhysRange> ram = List.of();

    @Option(
        names = "--fail-on",
        paramLabel = "SEVERITY",
        description = "Exit with 1 when a finding is at least this bad: ERROR, WARNING or NOTE.")
    private Severity failOn;

    @Override
    public CommonOptions common() {
      return common;
    }

    @Override
    public Answer answer(Path directory) {
      List<Checked> all = new ArrayList<>();
      for (Path place : places) {
        Path resolved = directory.resolve(place);
        if (Files.isDirectory(resolved)) {
          boardsIn(resolved, place).forEach(f -> all.add(inFolder(f, directory)));
        } else {
          all.add(check(resolved, place.toString()));
        }
      }
      return new Answer(text(all), json(all), failsOn(all) ? 1 : 0)
          .withPage(Format.sarif, () -> sarif(all))
          .withPage(Format.junit, () -> junit(all, failOn == null ? Severity.WARNING : failOn));
    }

    private Checked check(Path file, String asTyped) {
      BoardSurvey survey = BoardOptions.survey(boards, file, asTyped, ram);
      List<Finding> findings = new ArrayList<>();
      survey.remarks().forEach(r -> findings.add(finding(r)));
      findings.addAll(checks.of(survey.spec(), kernel));
      return new Checked(asTyped, file, Optional.of(survey.spec()), findings, "");
    }

    /** A board of a folder that does not open is told and does not end the others. */
    private Checked inFolder(Path file, Path directory) {
      String name = directory.toAbsolutePath().relativize(file.toAbsolutePath()).toString();
      try {
        return check(file, name);
      } catch (BadInputException broken) {
        return new Checked(name, file, Optional.empty(), List.of(), broken.getMessage());
      }
    }

    private boolean failsOn(List<Checked> all) {
      return failOn != null
          && all.stream()
              .anyMatch(
                  c ->
                      c.board().isEmpty()
                          || c.findings().stream()
                              .anyMatch(f -> f.severity().compareTo(failOn) <= 0));
    }
  }

  private static Finding finding(BoardSurvey.Remark remark) {
    return new Finding(
        Finding.Family.BOARD,
        Severity.WARNING,
        remark.rule(),
        remark.element(),
        remark.text(),
        false,
        List.of());
  }

  private static boolean lacksMemory(Checked checked) {
    return checked.board().filter(b -> b.memory().isEmpty()).isPresent();
  }

  private static List<Path> boardsIn(Path folder, Path asTyped) {
    try (Stream<Path> files = Files.walk(folder)) {
      List<Path> boards =
          files
              .filter(Files::isRegularFile)
              .filter(f -> f.toString().endsWith(".topology") || f.toString().endsWith(".dtb"))
              .sorted()
              .toList();
      if (boards.isEmpty()) {
        throw new BadInputException(
            "holds no board", asTyped.toString(), "give a folder with .topology or .dtb files");
      }
      return boards;
    } catch (IOException e) {
      throw new BadInputException("cannot be listed: " + e.getMessage(), asTyped.toString(), "");
    }
  }

  private static long count(List<Checked> all, Severity severity) {
    return all.stream()
        .flatMap(c -> c.findings().stream())
        .filter(f -> f.severity() == severity)
        .count();
  }

  private static long broken(List<Checked> all) {
    return all.stream().filter(c -> c.board().isEmpty()).count();
  }

  private static String text(List<Checked> all) {
    StringBuilder out = new StringBuilder();
    for (Checked checked : all) {
      out.append(checked.file());
      if (checked.board().isEmpty()) {
        out.append(": does not open: ").append(checked.complaint());
      } else if (checked.findings().isEmpty()) {
        out.append(": nothing found");
      }
      out.append(lacksMemory(checked) ? NO_RAM : "").append('\n');
      checked.findings().forEach(f -> out.append(FindingText.of(f, 1)));
    }
    out.append('\n').append(all.size()).append(all.size() == 1 ? " board: " : " boards: ");
    out.append(count(all, Severity.ERROR)).append(" errors, ");
    out.append(count(all, Severity.WARNING)).append(" warnings, ");
    out.append(count(all, Severity.NOTE)).append(" notes");
    if (broken(all) > 0) {
      out.append(", ").append(broken(all)).append(" do not open");
    }
    return out.append('\n').toString();
  }

  private static JsonObject json(List<Checked> all) {
    JsonArray boards = new JsonArray();
    for (Checked checked : all) {
      JsonObject board = new JsonObject();
      board.addProperty("file", checked.file());
      board.addProperty("opens", checked.board().isPresent());
      if (checked.board().isPresent()) {
        DeviceNames names = new DeviceNames(checked.board().get());
        board.addProperty("board", checked.board().get().name());
        JsonArray findings = new JsonArray();
        checked.findings().forEach(f -> findings.add(FindingJson.of(f, names)));
        board.add("findings", findings);
        board.addProperty("memoryKnown", !lacksMemory(checked));
      } else {
        board.addProperty("complaint", checked.complaint());
        board.add("findings", new JsonArray());
      }
      boards.add(board);
    }
    JsonObject total = new JsonObject();
    total.addProperty("boards", all.size());
    total.addProperty("errors", count(all, Severity.ERROR));
    total.addProperty("warnings", count(all, Severity.WARNING));
    total.addProperty("notes", count(all, Severity.NOTE));
    total.addProperty("broken", broken(all));
    JsonObject json = new JsonObject();
    json.add("total", total);
    json.add("boards", boards);
    return json;
  }

  private String sarif(List<Checked> all) {
    SarifLog log =
        new SarifLog(
            checks.rules().stream().filter(r -> r.family() == Finding.Family.BOARD).toList());
    for (Checked checked : all) {
      BoardFile file = new BoardFile(checked.file(), checked.path());
      if (checked.board().isPresent()) {
        DeviceNames names = new DeviceNames(checked.board().get());
        checked.findings().forEach(f -> log.add(f, 1, file, names));
      } else {
        log.addBroken(checked.complaint(), file);
      }
    }
    return log.text();
  }

  /** A suite for each board, and in it a case for each rule. */
  private String junit(List<Checked> all, Severity failOn) {
    List<Suite> suites = new ArrayList<>();
    for (Checked checked : all) {
      List<Case> cases = new ArrayList<>();
      boolean opens = checked.board().isPresent();
      cases.add(
          new Case("opens", opens ? Optional.empty() : Optional.of(checked.complaint()), ""));
      for (RuleHelp rule : checks.rules()) {
        if (opens && rule.family() == Finding.Family.BOARD) {
          cases.add(rule(rule, checked.findings(), failOn));
        }
      }
      suites.add(new Suite(checked.file(), cases));
    }
    return new TestResults(suites).xml();
  }

  private static Case rule(RuleHelp rule, List<Finding> findings, Severity failOn) {
    StringBuilder bad = new StringBuilder();
    StringBuilder other = new StringBuilder();
    for (Finding finding : findings) {
      if (RuleHelp.idOf(finding.rule()).equals(rule.id())) {
        boolean fails = finding.severity().compareTo(failOn) <= 0;
        (fails ? bad : other).append(finding.text()).append('\n');
      }
    }
    return new Case(
        rule.id() + ": " + rule.title(),
        bad.isEmpty() ? Optional.empty() : Optional.of(bad.toString()),
        other.toString());
  }
}
