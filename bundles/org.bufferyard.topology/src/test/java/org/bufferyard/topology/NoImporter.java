package org.bufferyard.topology;

import java.nio.file.Path;
import java.util.List;
import org.bufferyard.api.memory.PhysRange;
import org.bufferyard.platform.draft.DraftImporter;
import org.bufferyard.platform.draft.ImportedBoard;

/** For tests of board files. */
final class NoImporter implements DraftImporter {
  @Override
  public boolean reads(Path file) {
    return false;
  }

  @Override
  public ImportedBoard read(Path file, List<Path> overlays, List<PhysRange> ram) {
    throw new AssertionError("not asked");
  }
}
