package org.bufferyard.platform.board;

import java.util.List;
import java.util.Optional;
import org.bufferyard.platform.spec.PlatformSpec;

/**
 * What an open board file is at one moment.
 *
 * @param revision grows with every change
 * @param spec compiled; empty when there are errors
 * @param errors one line each
 * @param warnings one line each
 * @param readOnly why it may not be saved, and which bundle it wants; empty when it may
 * @param unsaved whether the file on disk lacks changes
 */
public record BoardState(
    long revision,
    Optional<PlatformSpec> spec,
    List<String> errors,
    List<String> warnings,
    Optional<String> readOnly,
    boolean unsaved) {
  public BoardState {
    errors = List.copyOf(errors);
    warnings = List.copyOf(warnings);
  }
}
