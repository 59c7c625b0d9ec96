package org.bufferyard.feature;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Dictionary;
import java.util.Hashtable;
import java.util.LinkedHashMap;
import java.util.Map;
import org.osgi.service.cm.Configuration;
import org.osgi.service.cm.ConfigurationAdmin;
import org.osgi.service.feature.Feature;
import org.osgi.service.feature.FeatureConfiguration;

/** Applies a feature's configurations, and remembers what stood there before. */
record ConfigurationStore(ConfigurationAdmin admin) {

  AppliedConfigurations apply(Feature feature) {
    Map<String, Runnable> undo = new LinkedHashMap<>();
    AppliedConfigurations applied = new AppliedConfigurations(undo);
    for (FeatureConfiguration wanted : feature.getConfigurations().values()) {
      try {
        Configuration configuration = open(wanted);
        Dictionary<String, Object> before = configuration.getProperties();
        configuration.update(new Hashtable<>(wanted.getValues()));
        undo.put(wanted.getPid(), () -> restore(configuration, before));
      } catch (IOException e) {
        applied.undoAll();
        throw new UncheckedIOException(e);
      }
    }
    return applied;
  }

  /** A factory configuration's pid is {@code factory~name} (OSGi Feature Service, 159.6). */
  private Configuration open(FeatureConfiguration wanted) throws IOException {
    String pid = wanted.getPid();
    int tilde = pid.indexOf('~');
    return wanted.getFactoryPid().isPresent() && tilde > 0
        ? admin.getFactoryConfiguration(pid.substring(0, tilde), pid.substring(tilde + 1), "?")
        : admin.getConfiguration(pid, "?");
  }

  private static void restore(Configuration configuration, Dictionary<String, Object> before) {
    try {
      if (before == null) {
        configuration.delete();
      } else {
        configuration.update(before);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
