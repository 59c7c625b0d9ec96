package org.bufferyard.platform.board;

import java.util.List;
import java.util.Optional;
import org.bufferyard.platform.spec.PlatformSpec;

/**
 * A board that was read.
 *
 * @param spec compiled
 * @param warnings one line each
 * @param readOnly why it may not be saved: content that no installed bundle explains, and which
 *     bundle it wants; empty when it may
 */
public record OpenBoard(PlatformSpec spec, List<String> warnings, Optional<String> readOnly) {
  public OpenBoard {
    warnings = List.copyOf(warnings);
  }
}
