package org.bufferyard.shell.junit;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import org.bufferyard.platform.scenario.RunReport;
import org.bufferyard.platform.scenario.RunReport.ImporterReport;
import org.bufferyard.platform.scenario.RunReport.PipelineReport;
import org.bufferyard.platform.spec.DeviceNames;
import org.bufferyard.platform.verdict.Verdict;
import org.bufferyard.shell.junit.TestResults.Case;
import org.bufferyard.shell.junit.TestResults.Suite;
import org.bufferyard.shell.text.FindingText;

/**
 * A scenario's run as a suite: a case for each reader of each pipeline, which fails when the verdict is
 * not the expected one. What the checker found is told and fails nothing, as with the exit code.
 */
public final class RunResults {
  private final RunReport report;
  private final DeviceNames names;

  public RunResults(RunReport report, DeviceNames names) {
    this.report = report;
    this.names = names;
  }

  public String xml() {
    List<Case> cases = new ArrayList<>();
    for (PipelineReport pipeline : report.pipelines()) {
      for (ImporterReport importer : pipeline.importers()) {
        cases.add(
            reader(
                pipeline.name() + " at " + names.shortest(importer.importer()),
                importer.verdict(),
                importer.expected(),
                importer.observed().text()));
      }
      pipeline
          .cpu()
          .ifPresent(
              cpu ->
                  cases.add(
                      reader(
                          pipeline.name() + " at the CPU",
                          cpu.observed().verdict(),
                          cpu.expected(),
                          cpu.observed().text())));
    }
    if (!report.findings().isEmpty()) {
      cases.add(
          new Case(
              "what the checker found",
              Optional.empty(),
              report.findings().stream()
                  .map(f -> FindingText.of(f.first(), f.times()))
                  .collect(Collectors.joining())));
    }
    return new TestResults(List.of(new Suite(report.scenario(), cases))).xml();
  }

  private static Case reader(
      String name, Verdict verdict, Optional<Verdict> expected, String observed) {
    boolean fails = expected.filter(e -> e != verdict).isPresent();
    return new Case(
        name,
        fails
            ? Optional.of(verdict + " where " + expected.get() + " was expected\n" + observed)
            : Optional.empty(),
        fails ? "" : verdict + (observed.isEmpty() ? "" : ": " + observed));
  }
}
