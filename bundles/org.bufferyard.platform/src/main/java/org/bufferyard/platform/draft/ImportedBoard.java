package org.bufferyard.platform.draft;

import java.util.Objects;

/** A board as it was read, and what was made of each part of the file. */
public record ImportedBoard(BoardDraft draft, ImportReport report) {
  public ImportedBoard {
    Objects.requireNonNull(draft, "draft");
    Objects.requireNonNull(report, "report");
  }
}
