package org.bufferyard.shell.text;

import org.bufferyard.platform.scenario.RunReport;
import org.bufferyard.platform.scenario.RunReport.ImporterReport;
import org.bufferyard.platform.scenario.RunReport.PipelineReport;
import org.bufferyard.platform.spec.DeviceNames;

/** What a scenario did. */
public final class RunText {
  private final RunReport report;
  private final DeviceNames names;

  public RunText(RunReport report, DeviceNames names) {
    this.report = report;
    this.names = names;
  }

  public String text() {
    StringBuilder out = new StringBuilder();
    out.append("scenario ").append(report.scenario()).append(", kernel ").append(report.kernel());
    out.append("\n\n");
    Columns frames = new Columns("  ");
    frames.row("pipeline", "frames", "out", "dropped", "wrong", "bounced");
    for (PipelineReport p : report.pipelines()) {
      frames.row(
          p.name(),
          p.framesIn(),
          p.framesOut(),
          p.dropped().stream().mapToLong(d -> d.frames()).sum(),
          p.wrongChecksums(),
          Sizes.text(p.bouncedBytes()));
    }
    out.append(frames.text());
    for (PipelineReport p : report.pipelines()) {
      p.dropped()
          .forEach(
              d ->
                  out.append(
                      Paragraph.fold(
                          "  ", p.name() + ": " + d.frames() + " dropped: " + d.reason())));
    }
    out.append('\n').append(verdicts());
    out.append('\n');
    out.append(report.asExpected() ? "as expected\n" : "NOT as expected\n");
    return out.toString();
  }

  private String verdicts() {
    Columns columns = new Columns("  ");
    columns.row("pipeline", "importer", "policy", "verdict", "expected", "");
    for (PipelineReport p : report.pipelines()) {
      for (ImporterReport i : p.importers()) {
        columns.row(
            p.name(),
            names.shortest(i.importer()),
            i.share().policy(),
            i.share().verdict() + i.share().errno().map(e -> " (" + e + ")").orElse(""),
            i.expected().map(Enum::name).orElse("-"),
            i.asExpected() ? "" : "DIFFERS");
      }
    }
    return columns.text();
  }
}
