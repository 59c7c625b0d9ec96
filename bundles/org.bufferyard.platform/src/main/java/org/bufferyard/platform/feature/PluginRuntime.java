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

  /**
   * Installs and starts a jar for the shell. The framework keeps a copy: the file may change.
   *
   * @return symbolic name, blank, version; so do the methods below
   */
  String install(Path jar);

  /** Updates what {@link #install} installed from the same file. See {@link #update(String, Path)}. */
  String update(String bundle);

  /**
   * Replaces what {@link #install} installed: the jar is installed beside it, started, and waited for
   * until no component of it is unsatisfied; only then does the old one leave. When that does not come
   * about the new one leaves instead.
   *
   * @param bundle symbolic name or number; so below
   */
  String update(String bundle, Path jar);

  /** Uninstalls what {@link #install} installed. */
  String remove(String bundle);

  /** Starts a bundle, whoever it belongs to: nobody loses it by that. */
  String start(String bundle);

  /** Stops a bundle, whoever it belongs to; its owner still has it. */
  String stop(String bundle);

  /** One line a bundle that is no feature's: symbolic name, version, owner. */
  List<String> list();
}
