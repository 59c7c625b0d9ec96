package org.bufferyard.shell.text;

import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import org.bufferyard.platform.live.SoakReport;

/** A soak's balance for a reader. */
public final class SoakText {
  private SoakText() {}

  public static String of(SoakReport report) {
    StringBuilder text = new StringBuilder();
    text.append(
        String.format(
            Locale.ROOT,
            "%d swaps in %.1f s, %d pipelines, seed %d%n",
            report.swaps(),
            report.seconds(),
            report.pipelines(),
            report.seed()));
    String ways =
        report.byWay().entrySet().stream()
            .sorted(Map.Entry.comparingByKey())
            .map(way -> way.getKey() + " " + way.getValue())
            .collect(Collectors.joining(", "));
    text.append("  by ").append(ways).append('\n');
    text.append("  the yards exchanged ").append(report.exchanged()).append(" choices\n\n");
    SoakReport.Leaks leaks = report.leaks();
    text.append(
        new Columns("")
            .row("frames in", report.framesIn(), report.addsUp() ? "" : "does not add up")
            .row("frames out", report.framesOut())
            .row("in flight", report.framesInFlight())
            .row("dropped", report.framesDropped())
            .row("wrong checksums", report.wrongChecksums())
            .row("abandoned threads", report.abandonedThreads())
            .row("leaked pages", leaks.pages())
            .row("leaked IOVA frames", leaks.iova())
            .row("leaked mappings", leaks.mappings())
            .row("leaked threads", leaks.threads())
            .row("leaked class loaders", leaks.classLoaders())
            .row("leaked services", leaks.services())
            .row("longest gap, ms", report.longestGapMs())
            .text());
    if (!report.dropped().isEmpty()) {
      text.append("\ndropped:\n");
      Columns dropped = new Columns("  ");
      report.dropped().forEach(d -> dropped.row(d.frames(), d.reason()));
      text.append(dropped.text());
    }
    if (!report.troubles().isEmpty()) {
      text.append("\ntroubles:\n");
      report.troubles().forEach(line -> text.append("  ").append(line).append('\n'));
    }
    return text.toString();
  }
}
