package org.bufferyard.platform.feature;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.osgi.annotation.versioning.ProviderType;

/**
 * The folder in which a running yard keeps what it consists of, so that it is the same after a stop:
 * features, plug-ins that were installed by hand, configuration, and what others {@link #write} there.
 * Each change is on disk, whole, before the call that made it returns. Safe for any thread.
 */
@ProviderType
public interface StateFolder {
  /**
   * Brings back what is kept there, and keeps every change from now on. May be called once per process.
   *
   * @return a line for each thing that could not be brought back; it is tried again at the next start
   * @throws FeatureException when the folder cannot be used, or another yard uses it
   */
  List<String> open(Path folder);

  /** What {@link #write} wrote under that name; empty also when no folder is open. */
  Optional<String> read(String name);

  /** Replaces a file of the folder, whole or not at all. Does nothing when no folder is open. */
  void write(String name, String text);
}
