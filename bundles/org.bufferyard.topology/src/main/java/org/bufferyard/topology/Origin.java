package org.bufferyard.topology;

import java.util.Objects;

/**
 * The bundle that brought a package.
 *
 * @param bundle symbolic name
 * @param version as in its manifest
 */
record Origin(String bundle, String version) {
  Origin {
    Objects.requireNonNull(bundle, "bundle");
    Objects.requireNonNull(version, "version");
  }

  @Override
  public String toString() {
    return bundle + " " + version;
  }
}
