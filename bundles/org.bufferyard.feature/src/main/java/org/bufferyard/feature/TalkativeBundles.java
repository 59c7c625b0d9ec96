package org.bufferyard.feature;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.osgi.service.feature.Feature;

/**
 * Bundles that tell on the terminal of every ordinary thing they do: of them only warnings are let
 * through. A logger nobody holds forgets its level, so they are held. Safe for any thread.
 */
final class TalkativeBundles {
  /** Artifact to the name of its loggers. */
  private static final Map<String, String> LOGGERS =
      Map.of("org.apache.aries.spifly.dynamic.bundle", "org.apache.aries.spifly");

  private static final Map<String, Logger> HUSHED = new ConcurrentHashMap<>();

  private TalkativeBundles() {}

  static void hush(Feature feature) {
    feature.getBundles().stream()
        .map(bundle -> LOGGERS.get(bundle.getID().getArtifactId()))
        .filter(name -> name != null)
        .forEach(
            name -> HUSHED.computeIfAbsent(name, Logger::getLogger).setLevel(Level.WARNING));
  }
}
