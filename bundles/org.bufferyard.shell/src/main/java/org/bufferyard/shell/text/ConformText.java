package org.bufferyard.shell.text;

import java.util.Map;
import org.bufferyard.platform.conform.ConformReport;
import org.bufferyard.platform.conform.ConformReport.Difference;
import org.bufferyard.platform.conform.ConformReport.ScenarioTally;
import org.bufferyard.platform.conform.ConformReport.Tally;

/** Agreement with recorded kernels. */
public final class ConformText {
  private final ConformReport report;

  public ConformText(ConformReport report) {
    this.report = report;
  }

  public String text() {
    StringBuilder out = new StringBuilder();
    Columns table = new Columns("  ");
    table.row("scenario", "run", "cases", "agree", "differ", "skipped", "advisory");
    for (ScenarioTally s : report.scenarios()) {
      row(table, s.scenario(), s.run(), s.tally());
    }
    row(table, "total", "", report.total());
    out.append(table.text());
    for (Difference d : report.differences()) {
      out.append('\n').append("  ").append(d.run()).append(' ').append(d.id());
      out.append(": ").append(d.op()).append('\n');
      out.append("    ").append(d.field()).append(": the kernel gave ").append(d.expected());
      out.append(", the model ").append(d.actual()).append('\n');
      d.why().ifPresent(why -> out.append("    because: ").append(why).append('\n'));
    }
    if (!report.skipReasons().isEmpty()) {
      out.append("\nskipped because\n");
      Columns reasons = new Columns("  ");
      report.skipReasons().entrySet().stream()
          .sorted(Map.Entry.comparingByKey())
          .forEach(e -> reasons.row(e.getValue(), e.getKey()));
      out.append(reasons.text());
    }
    return out.toString();
  }

  private static void row(Columns table, String scenario, String run, Tally t) {
    table.row(scenario, run, t.cases(), t.agree(), t.differ(), t.skipped(), t.advisory());
  }
}
