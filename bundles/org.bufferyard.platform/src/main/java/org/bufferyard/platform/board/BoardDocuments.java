package org.bufferyard.platform.board;

import java.nio.file.Path;
import org.osgi.annotation.versioning.ProviderType;

/** Board files that stay open while bundles come and go. A service; safe for any thread. */
@ProviderType
public interface BoardDocuments {
  /**
   * Opens a file. Errors in it do not throw, they stand in the document's state.
   *
   * @throws org.bufferyard.platform.input.BadInputException when there is no such file or it is no
   *     XML at all
   */
  BoardDocument open(Path file);
}
