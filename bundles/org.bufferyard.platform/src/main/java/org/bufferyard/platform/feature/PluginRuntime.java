package org.bufferyard.platform.feature;

import java.nio.file.Path;
import java.util.List;
import org.osgi.annotation.versioning.ProviderType;

/**
 * Plug-ins that come one by one: dropped into a folder, or installed by hand from the shell. Calls
 * throw a {@link FeatureException} that names the owner when a bundle belongs to somebody else.
 */
@ProviderType
public interface PluginRuntime {

  /**
   * Watches a folder from now on: a jar put there is installed and started, a jar taken away is
   * uninstalled, and no other bundle is refreshed for it. May be called once per process. The folder
   * is made when it is missing.
   */
  void watch(Path folder);

  /** Installs and starts a jar for the shell; returns symbolic name, blank, version. */
  String install(Path jar);

  /** Uninstalls what {@link #install} installed. */
  void remove(String symbolicName);

  /** One line a bundle that is no feature's: symbolic name, version, owner. */
  List<String> list();
}
