package org.bufferyard.shell.text;

import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.bufferyard.platform.spec.DeviceNames;
import org.bufferyard.platform.verdict.MatrixReport;
import org.bufferyard.platform.verdict.MatrixReport.Cell;
import org.bufferyard.platform.verdict.Verdict;

/**
 * All pairs as tables: exporters down, importers across. What is too wide for a terminal is told
 * exporter by exporter instead, its importers in groups, the worst verdict first.
 */
public final class MatrixText {
  private static final String NO_FORMAT = "no-format";
  private static final String NO_MEMORY = "-";

  private static final Comparator<Cell> WORST_FIRST =
      Comparator.comparingInt(c -> c.verdict().map(Verdict::ordinal).orElse(Integer.MAX_VALUE));

  private final MatrixReport report;
  private final DeviceNames names;

  public MatrixText(MatrixReport report, DeviceNames names) {
    this.report = report;
    this.names = names;
  }

  public String text() {
    StringBuilder out = new StringBuilder();
    out.append("board ").append(report.board()).append(", kernel ").append(report.kernel());
    out.append("\n");
    Map<String, List<Cell>> tables = new LinkedHashMap<>();
    for (Cell cell : report.cells()) {
      String title = cell.policy() + ", memory " + cell.memory().word();
      tables.computeIfAbsent(title, t -> new java.util.ArrayList<>()).add(cell);
    }
    tables.forEach(
        (title, cells) -> {
          out.append('\n').append(title).append(": ").append(counts(cells)).append('\n');
          String table = table(cells);
          boolean fits = table.lines().allMatch(line -> line.length() <= Paragraph.WIDTH);
          out.append(fits ? table : groups(cells));
        });
    out.append("\n  * with hazards; - the exporter has no such memory\n");
    if (report.cells().stream().anyMatch(Cell::stopped)) {
      out.append("  ").append(NO_FORMAT).append(": an IOMMU in the way has a table format that no");
      out.append(" installed bundle brings; explain says which\n");
    }
    return out.toString();
  }

  private String table(List<Cell> cells) {
    Set<String> exporters = new LinkedHashSet<>();
    Set<String> importers = new LinkedHashSet<>();
    Map<String, Cell> byPair = new LinkedHashMap<>();
    for (Cell cell : cells) {
      exporters.add(cell.exporter());
      importers.add(cell.importer());
      byPair.put(cell.exporter() + '\0' + cell.importer(), cell);
    }
    Columns columns = new Columns("  ");
    Set<String> all = new LinkedHashSet<>(exporters);
    all.addAll(importers);
    Object[] head = new Object[all.size() + 1];
    head[0] = "exporter \\ importer";
    int column = 1;
    for (String importer : all) {
      head[column++] = names.shortest(importer);
    }
    columns.row(head);
    for (String exporter : exporters) {
      Object[] row = new Object[all.size() + 1];
      row[0] = names.shortest(exporter);
      column = 1;
      for (String importer : all) {
        Cell cell = byPair.get(exporter + '\0' + importer);
        row[column++] = cell == null ? "" : word(cell);
      }
      columns.row(row);
    }
    return columns.text();
  }

  /** How many of each, the worst first. */
  private static String counts(List<Cell> cells) {
    Map<String, Long> counts =
        cells.stream()
            .sorted(WORST_FIRST)
            .collect(
                Collectors.groupingBy(
                    c -> word(c).replace("*", ""), LinkedHashMap::new, Collectors.counting()));
    return counts.entrySet().stream()
        .filter(e -> !e.getKey().equals(NO_MEMORY))
        .map(e -> e.getValue() + " " + e.getKey())
        .collect(Collectors.joining(", "));
  }

  private String groups(List<Cell> cells) {
    Map<String, List<Cell>> byExporter =
        cells.stream()
            .collect(
                Collectors.groupingBy(
                    Cell::exporter, LinkedHashMap::new, Collectors.toList()));
    StringBuilder out = new StringBuilder();
    byExporter.forEach(
        (exporter, row) -> {
          out.append("  ").append(names.shortest(exporter)).append('\n');
          Map<String, List<Cell>> byVerdict =
              row.stream()
                  .sorted(WORST_FIRST)
                  .collect(
                      Collectors.groupingBy(
                          MatrixText::word, LinkedHashMap::new, Collectors.toList()));
          byVerdict.forEach((word, group) -> out.append(group(word, group, row.size())));
        });
    return out.toString();
  }

  private String group(String word, List<Cell> group, int all) {
    String importers =
        group.size() == all && all > 1
            ? "all " + all
            : group.stream().map(c -> names.shortest(c.importer())).collect(Collectors.joining(", "));
    return Paragraph.fold(String.format("    %-9s  ", word), " ".repeat(15), importers);
  }

  private static String word(Cell cell) {
    if (cell.stopped()) {
      return NO_FORMAT;
    }
    return cell.verdict().map(v -> v.name() + (cell.hazards() > 0 ? "*" : "")).orElse(NO_MEMORY);
  }
}
