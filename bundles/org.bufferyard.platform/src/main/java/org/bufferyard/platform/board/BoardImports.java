package org.bufferyard.platform.board;

import java.nio.file.Path;
import java.util.List;
import org.bufferyard.api.memory.PhysRange;
import org.osgi.annotation.versioning.ProviderType;

/** Turns other people's board descriptions into board files. A service; safe for any thread. */
@ProviderType
public interface BoardImports {
  /**
   * Reads a foreign board and writes nothing.
   *
   * @param overlays laid over the board in this order
   * @param ram banks in place of those that firmware would fill in; empty for the file's own
   * @throws org.bufferyard.platform.input.BadInputException when it cannot be used
   */
  BoardImport read(Path file, List<Path> overlays, List<PhysRange> ram);

  /**
   * Reads a foreign board and writes it as a board file, whole or not at all. A board file that is
   * there already takes in what is new and keeps what was edited in it; the result lists both.
   *
   * @throws org.bufferyard.platform.input.BadInputException when either file cannot be used
   */
  BoardImport write(Path file, List<Path> overlays, List<PhysRange> ram, Path target);
}
