package org.bufferyard.shell.text;

import org.bufferyard.api.iommu.TlbCounts;
import org.bufferyard.platform.scenario.RunReport;
import org.bufferyard.platform.scenario.RunReport.ImporterReport;
import org.bufferyard.platform.scenario.RunReport.Observed;
import org.bufferyard.platform.scenario.RunReport.PipelineReport;
import org.bufferyard.platform.spec.DeviceNames;
import org.bufferyard.platform.verdict.Verdict;
import org.bufferyard.platform.yard.TranslationCache;

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
    for (PipelineReport p : report.pipelines()) {
      p.incidents()
          .forEach(i -> out.append(Paragraph.fold("  ", p.name() + ": on purpose, " + i)));
      p.cpu()
          .filter(c -> c.observed().verdict() != Verdict.SHARED)
          .ifPresent(c -> out.append(seen(p, "cpu", c.observed())));
      p.importers().stream()
          .filter(i -> i.verdict() != i.share().verdict())
          .forEach(i -> out.append(seen(p, names.shortest(i.importer()), i.observed())));
    }
    out.append('\n').append(verdicts());
    if (!report.translationCaches().isEmpty()) {
      out.append('\n').append(caches());
    }
    if (!report.findings().isEmpty()) {
      out.append("\nfindings\n");
      report.findings().forEach(f -> out.append(FindingText.of(f.first(), f.times())));
    }
    out.append('\n');
    out.append(report.asExpected() ? "as expected\n" : "NOT as expected\n");
    return out.toString();
  }

  private static String seen(PipelineReport pipeline, String reader, Observed observed) {
    return Paragraph.fold(
        "  ",
        pipeline.name() + ": " + observed.verdict() + " at " + reader + ", " + observed.text());
  }

  private static String errno(ImporterReport importer) {
    boolean told = importer.verdict() == importer.share().verdict();
    return told ? importer.share().errno().map(e -> " (" + e + ")").orElse("") : "";
  }

  private String caches() {
    Columns columns = new Columns("  ");
    columns.row("IOTLB of", "hits", "misses", "evictions", "invalidations", "dropped");
    for (TranslationCache cache : report.translationCaches()) {
      TlbCounts counts = cache.counts();
      columns.row(
          cache.name(),
          counts.hits(),
          counts.misses(),
          counts.evictions(),
          counts.invalidations(),
          counts.invalidated());
    }
    return columns.text();
  }

  private String verdicts() {
    Columns columns = new Columns("  ");
    columns.row("pipeline", "importer", "policy", "verdict", "expected", "");
    for (PipelineReport p : report.pipelines()) {
      p.cpu()
          .ifPresent(
              c ->
                  columns.row(
                      p.name(),
                      "(cpu)",
                      "",
                      c.observed().verdict(),
                      c.expected().map(Enum::name).orElse("-"),
                      c.asExpected() ? "" : "DIFFERS"));
      for (ImporterReport i : p.importers()) {
        columns.row(
            p.name(),
            names.shortest(i.importer()),
            i.share().policy(),
            i.verdict() + errno(i),
            i.expected().map(Enum::name).orElse("-"),
            i.asExpected() ? "" : "DIFFERS");
      }
    }
    return columns.text();
  }
}
