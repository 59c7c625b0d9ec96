package org.bufferyard.platform.board;

import java.util.List;
import java.util.Objects;
import org.bufferyard.platform.draft.ImportReport;

/**
 * What became of an import.
 *
 * @param report what was made of the foreign file
 * @param warnings what is found in the board that came out, one line each
 * @param changes what a second import changed and kept in the file that was there, one line each
 */
public record BoardImport(ImportReport report, List<String> warnings, List<String> changes) {
  public BoardImport {
    Objects.requireNonNull(report, "report");
    warnings = List.copyOf(warnings);
    changes = List.copyOf(changes);
  }
}
