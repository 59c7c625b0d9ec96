package org.bufferyard.live.soak;

import java.nio.file.Path;
import java.util.List;
import org.osgi.framework.Bundle;

/**
 * A bundle that brings plug-ins, with copies of it under two later versions.
 *
 * @param components names of its components that are plug-ins
 * @param copies in the order of their versions
 */
record Provider(Bundle bundle, List<String> components, List<Copy> copies) {
  /** One copy and the ways to bring it in. */
  record Copy(String version, Path jar, Path feature) {}

  String name() {
    return bundle.getSymbolicName();
  }

  /** What its feature is called. */
  String featureName() {
    return "soak-" + name();
  }
}
