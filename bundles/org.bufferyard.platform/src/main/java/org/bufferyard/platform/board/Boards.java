package org.bufferyard.platform.board;

import java.nio.file.Path;
import java.util.List;
import org.bufferyard.api.memory.PhysRange;
import org.osgi.annotation.versioning.ProviderType;

/** Opens board files. A service; safe for any thread. */
@ProviderType
public interface Boards {
  /**
   * Reads, validates and compiles a board.
   *
   * @param extraRam {@code --ram}: banks in place of those that firmware would fill in
   * @param overlays laid over a devicetree in this order; none for a board file
   * @throws org.bufferyard.platform.input.BadInputException with the first error; warnings stay in
   *     the result
   */
  OpenBoard open(Path file, List<Path> overlays, List<PhysRange> extraRam);

  /**
   * Reads a board to look at it, not to run it: one without memory of its own is good enough.
   *
   * @param extraRam as for {@link #open(Path, List, List)}
   * @throws org.bufferyard.platform.input.BadInputException with the first error
   */
  BoardSurvey survey(Path file, List<PhysRange> extraRam);

  /** Without overlays. */
  default OpenBoard open(Path file, List<PhysRange> extraRam) {
    return open(file, List.of(), extraRam);
  }
}
