package org.bufferyard.shell.text;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;
import org.bufferyard.platform.conform.ConformReport;
import org.bufferyard.platform.conform.ConformReport.Difference;
import org.bufferyard.platform.conform.ConformReport.Format;
import org.bufferyard.platform.conform.ConformReport.ScenarioTally;
import org.bufferyard.platform.conform.ConformReport.Tally;

/** Agreement with recorded kernels as a page of documentation; every number on it is counted. */
public final class FidelityPage {
  private final ConformReport report;
  private final StringBuilder out = new StringBuilder();

  public FidelityPage(ConformReport report) {
    this.report = report;
  }

  /** The page, whole, with a newline at its end. */
  public String markdown() {
    out.setLength(0);
    out.append("# Agreement with recorded kernels\n\n");
    out.append("Written by `launch/bufferyard conform --format markdown`; a test holds it to what");
    out.append(" the command\nsays today, so no number here is older than the code.\n\n");
    summary();
    table("By scenario", "scenario", by(ScenarioTally::scenario));
    table("By boot", "boot", by(ScenarioTally::run));
    differences();
    skipped();
    limits();
    formats();
    return out.toString();
  }

  private void summary() {
    Tally t = report.total();
    long judged = t.agree() + t.differ();
    out.append("| | cases |\n|---|---:|\n");
    row("agree", t.agree());
    row("differ", t.differ());
    row("of these in a way that no model can know", report.explained());
    row("skipped, each with a reason", t.skipped());
    row("advisory: recorded under a timer", t.advisory());
    row("all", t.cases());
    out.append("\nOf ").append(judged).append(" cases that were judged, ");
    out.append(share(t.differ(), judged)).append(" differ.\n\n");
  }

  private static String share(long part, long whole) {
    return whole == 0 ? "none" : String.format(Locale.ROOT, "%.2f %%", 100.0 * part / whole);
  }

  private void row(String what, long count) {
    out.append("| ").append(what).append(" | ").append(count).append(" |\n");
  }

  private Map<String, Tally> by(Function<ScenarioTally, String> key) {
    Map<String, Tally> sums = new TreeMap<>();
    for (ScenarioTally s : report.scenarios()) {
      sums.merge(key.apply(s), s.tally(), FidelityPage::sum);
    }
    return sums;
  }

  private static Tally sum(Tally a, Tally b) {
    return new Tally(
        a.cases() + b.cases(),
        a.agree() + b.agree(),
        a.differ() + b.differ(),
        a.skipped() + b.skipped(),
        a.advisory() + b.advisory());
  }

  private void table(String title, String first, Map<String, Tally> rows) {
    out.append("## ").append(title).append("\n\n| ").append(first);
    out.append(" | cases | agree | differ | skipped | advisory |\n");
    out.append("|---|---:|---:|---:|---:|---:|\n");
    rows.forEach(
        (name, t) -> {
          out.append("| ").append(name);
          for (long n : new long[] {t.cases(), t.agree(), t.differ(), t.skipped(), t.advisory()}) {
            out.append(" | ").append(n);
          }
          out.append(" |\n");
        });
    out.append('\n');
  }

  /** Cases of one scenario that differ for one reason stand together. */
  private void differences() {
    out.append("## What differs, and why\n\n");
    if (report.differences().isEmpty()) {
      out.append("Nothing.\n\n");
      return;
    }
    Map<String, Map<String, List<String>>> grouped = new LinkedHashMap<>();
    for (Difference d : report.differences()) {
      List<String> cases =
          grouped
              .computeIfAbsent(d.why().orElse("The model is at fault."), k -> new TreeMap<>())
              .computeIfAbsent(d.scenario() + ", " + d.run(), k -> new ArrayList<>());
      if (!cases.contains(d.id())) {
        cases.add(d.id());
      }
    }
    grouped.forEach(
        (why, places) -> {
          out.append(why).append("\n\n");
          places.forEach(
              (place, ids) ->
                  out.append("- ").append(place).append(": ").append(String.join(", ", ids))
                      .append('\n'));
          out.append('\n');
        });
  }

  private void skipped() {
    out.append("## What is skipped, and why\n\n");
    if (report.skipReasons().isEmpty()) {
      out.append("Nothing.\n\n");
      return;
    }
    out.append("| cases | because |\n|---:|---|\n");
    new TreeMap<>(report.skipReasons())
        .forEach(
            (why, n) -> out.append("| ").append(n).append(" | ").append(why).append(" |\n"));
    out.append('\n');
  }

  private void limits() {
    out.append("## What is not modelled\n\n| area | |\n|---|---|\n");
    report
        .limits()
        .forEach(
            l -> out.append("| ").append(l.area()).append(" | ").append(l.text()).append(" |\n"));
  }

  private void formats() {
    out.append("\n## Formats of translation tables\n\n");
    out.append("Every format has a test that holds its descriptors to bits of a manual or driver.");
    out.append(" Where facts\nsay none, nothing that a kernel printed covers them.\n\n");
    out.append("| format | recorded facts | bits by hand |\n|---|---|---|\n");
    for (Format format : report.formats()) {
      out.append("| ").append(format.name());
      out.append(" | ").append(format.facts().orElse("none"));
      out.append(" | `").append(format.bits()).append("` |\n");
    }
  }
}
