package org.bufferyard.platform.feature;

import java.nio.file.Path;
import java.util.List;
import java.util.Objects;

/**
 * A feature that is installed.
 *
 * @param name the artifact part of its id, as in {@code features/NAME.json}
 * @param version as written in the file
 * @param bundles symbolic name, blank, version; in the order of the file
 * @param configurations the PIDs it configured
 * @param file it was installed from
 */
public record InstalledFeature(
    String name,
    String version,
    List<String> bundles,
    List<String> configurations,
    Path file) {

  public InstalledFeature {
    Objects.requireNonNull(name, "name");
    Objects.requireNonNull(version, "version");
    Objects.requireNonNull(file, "file");
    bundles = List.copyOf(bundles);
    configurations = List.copyOf(configurations);
  }
}
