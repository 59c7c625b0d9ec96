package org.bufferyard.platform.draft;

import java.nio.file.Path;
import java.util.List;
import org.bufferyard.api.memory.PhysRange;
import org.osgi.annotation.versioning.ProviderType;

/** Reads other people's board descriptions. A service; stateless, safe for any thread. */
@ProviderType
public interface DraftImporter {
  /** Whether the file looks like one of this importer's, by its first bytes or its name. */
  boolean reads(Path file);

  /**
   * Reads a file and overlays for it. Time and memory are bounded whatever is in them, and nothing is
   * written.
   *
   * @param overlays laid over the file's board in this order; each may build on those before it
   * @param ram banks in place of those that the file states; empty for the file's own
   * @throws org.bufferyard.platform.input.BadInputException when one is not what it should be, or an
   *     overlay does not fit
   */
  ImportedBoard read(Path file, List<Path> overlays, List<PhysRange> ram);
}
