package org.bufferyard.shell.text;

import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.bufferyard.platform.spec.DeviceNames;
import org.bufferyard.platform.verdict.MatrixReport;
import org.bufferyard.platform.verdict.MatrixReport.Cell;

/** All pairs as tables: exporters down, importers across. */
public final class MatrixText {
  /** Wider tables do not fit a terminal: then one line a pair. */
  private static final int MOST_COLUMNS = 9;

  private static final String NO_FORMAT = "no-format";

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
        (title, cells) -> out.append('\n').append(title).append('\n').append(table(cells)));
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
    if (importers.size() > MOST_COLUMNS) {
      cells.forEach(
          c -> columns.row(names.shortest(c.exporter()), names.shortest(c.importer()), word(c)));
      return columns.text();
    }
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

  private static String word(Cell cell) {
    if (cell.stopped()) {
      return NO_FORMAT;
    }
    return cell.verdict().map(v -> v.name() + (cell.hazards() > 0 ? "*" : "")).orElse("-");
  }
}
