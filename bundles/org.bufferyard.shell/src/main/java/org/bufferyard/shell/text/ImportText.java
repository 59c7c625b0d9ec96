package org.bufferyard.shell.text;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.bufferyard.platform.board.BoardImport;
import org.bufferyard.platform.draft.ImportReport.Note;

/** An importer's report for a person: what went in and was guessed, and a sum of the rest. */
public final class ImportText {
  private static final int MANY = 12;

  private final BoardImport done;
  private final Optional<Path> output;

  public ImportText(BoardImport done, Optional<Path> output) {
    this.done = done;
    this.output = output;
  }

  public String text() {
    Map<String, Object> counts = done.report().counts();
    StringBuilder text = new StringBuilder();
    text.append(counts.get("model")).append(": ").append(counts.get("nodes")).append(" nodes, ");
    text.append(counts.get("iommuProvidersAvailable")).append(" IOMMUs, ");
    text.append(counts.get("devicesWithIommusAvailable")).append(" devices behind them, ");
    text.append(counts.get("reservedMemoryRegions")).append(" reserved regions, ");
    text.append(done.report().dmaRangeMaps().size()).append(" DMA range maps\n");
    notes(text, "understood", done.report().understood());
    notes(text, "guessed", done.report().guessed());
    ignored(text, done.report().ignored());
    lines(text, "found in the board", done.warnings());
    lines(text, "changed in the board", done.changes());
    output.ifPresent(o -> text.append("\nwritten to ").append(o).append('\n'));
    return text.toString();
  }

  private static void notes(StringBuilder text, String title, List<Note> notes) {
    if (notes.isEmpty()) {
      return;
    }
    Columns columns = new Columns("  ");
    notes.forEach(n -> columns.row(n.node(), n.text()));
    title(text, title, notes.size());
    text.append(columns.text());
  }

  /** Bystanders are many and alike: one line a reason, each node where they are few. */
  private static void ignored(StringBuilder text, List<Note> notes) {
    if (notes.size() <= MANY) {
      notes(text, "ignored", notes);
      return;
    }
    Map<String, Integer> reasons = new TreeMap<>();
    notes.forEach(n -> reasons.merge(n.text(), 1, Integer::sum));
    Columns columns = new Columns("  ");
    reasons.forEach((reason, count) -> columns.row(count, reason));
    title(text, "ignored (--format json names each)", notes.size());
    text.append(columns.text());
  }

  private static void lines(StringBuilder text, String title, List<String> lines) {
    if (!lines.isEmpty()) {
      title(text, title, lines.size());
      lines.forEach(line -> text.append("  ").append(line).append('\n'));
    }
  }

  private static void title(StringBuilder text, String title, int count) {
    text.append('\n').append(title).append(": ").append(count).append('\n');
  }
}
