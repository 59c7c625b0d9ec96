package org.bufferyard.topology.edit;

import java.util.List;
import java.util.function.Consumer;
import org.bufferyard.topology.model.board.Topology;
import org.osgi.annotation.versioning.ProviderType;

/** Reads boards for editing. A service; safe for any thread, the models it gives are not. */
@ProviderType
public interface BoardModels {
  /**
   * Reads the text of a board file with the packages of this moment. Nothing wrong with it throws.
   *
   * @param name of the file, without its folder
   */
  BoardModel read(byte[] text, String name);

  /**
   * The text of a board with nothing on it.
   *
   * @param architecture {@code arm64}, {@code arm} or {@code x86}
   * @throws IllegalArgumentException when there is no such architecture
   */
  byte[] blank(String id, String architecture);

  /** Checks and compiles a board as it is; it is not changed. Lines are not known. */
  Inspection inspect(Topology board);

  /** The packages that boards may use now, the core's first. */
  List<ModelPackage> packages();

  /**
   * Calls with the namespace after one gained or lost its package, from the thread that caused it.
   *
   * @return ends it
   */
  Runnable listen(Consumer<String> listener);
}
