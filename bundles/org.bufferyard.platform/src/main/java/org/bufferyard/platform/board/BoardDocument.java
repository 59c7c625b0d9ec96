package org.bufferyard.platform.board;

import java.nio.file.Path;
import java.util.function.Consumer;
import org.osgi.annotation.versioning.ProviderType;

/**
 * One open board file. It reloads by itself when a bundle brings or takes a package that it uses;
 * unsaved changes survive that. Safe for any thread.
 */
@ProviderType
public interface BoardDocument extends AutoCloseable {
  Path file();

  BoardState state();

  /**
   * Calls after every change of state, from the thread that caused it; the listener must not block.
   *
   * @return ends it
   */
  Runnable onChange(Consumer<BoardState> listener);

  /**
   * Writes the file, whole or not at all.
   *
   * @throws org.bufferyard.platform.input.BadInputException when the document is read-only, has
   *     errors in its structure, or when the file changed on disk since it was read
   */
  void save();

  /** Drops unsaved changes. */
  @Override
  void close();
}
