package org.bufferyard.feature;

import java.io.IOException;
import java.io.StringReader;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.util.Collections;
import java.util.Hashtable;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.apache.felix.cm.json.io.ConfigurationResource;
import org.apache.felix.cm.json.io.Configurations;
import org.osgi.framework.Constants;
import org.osgi.framework.InvalidSyntaxException;
import org.osgi.service.cm.Configuration;
import org.osgi.service.cm.ConfigurationAdmin;

/** All configurations as one text, in the format of the OSGi Configurator (chapter 150). */
record KeptConfigurations(ConfigurationAdmin admin) {
  /** What the framework adds by itself. */
  private static final Set<String> OWN =
      Set.of(
          Constants.SERVICE_PID,
          ConfigurationAdmin.SERVICE_FACTORYPID,
          ConfigurationAdmin.SERVICE_BUNDLELOCATION);

  /** Said anew by each start: where the page is served. */
  private static final Set<String> OF_ONE_START = Set.of("org.apache.felix.http");

  /** What the format wants of a file that belongs to no bundle. */
  private static final Map<String, Object> HEADER =
      Map.of(
          ":configurator:resource-version", 1,
          ":configurator:symbolic-name", "org.bufferyard.state",
          ":configurator:version", "1.0.0");

  String text() {
    Map<String, Hashtable<String, Object>> all = new TreeMap<>();
    try {
      Configuration[] there = admin.listConfigurations(null);
      for (Configuration configuration : there == null ? new Configuration[0] : there) {
        if (!OF_ONE_START.contains(configuration.getPid())) {
          all.put(configuration.getPid(), values(configuration));
        }
      }
      ConfigurationResource resource = new ConfigurationResource();
      resource.getConfigurations().putAll(all);
      resource.getProperties().putAll(HEADER);
      StringWriter text = new StringWriter();
      Configurations.buildWriter().build(text).writeConfigurationResource(resource);
      return text.toString();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InvalidSyntaxException e) {
      throw new IllegalStateException(e);
    }
  }

  private static Hashtable<String, Object> values(Configuration configuration) {
    Hashtable<String, Object> values = Configurations.newConfiguration();
    for (String key : Collections.list(configuration.getProperties().keys())) {
      if (!OWN.contains(key)) {
        values.put(key, configuration.getProperties().get(key));
      }
    }
    return values;
  }

  /** Sets what the text says; what it does not name stays as it is. */
  void apply(String text) {
    try {
      ConfigurationResource resource =
          Configurations.buildReader().build(new StringReader(text)).readConfigurationResource();
      for (Map.Entry<String, Hashtable<String, Object>> kept :
          resource.getConfigurations().entrySet()) {
        open(kept.getKey()).updateIfDifferent(kept.getValue());
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private Configuration open(String pid) throws IOException {
    int tilde = pid.indexOf('~');
    return tilde > 0
        ? admin.getFactoryConfiguration(pid.substring(0, tilde), pid.substring(tilde + 1), "?")
        : admin.getConfiguration(pid, "?");
  }
}
