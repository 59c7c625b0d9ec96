package org.bufferyard.platform.feature;

import java.nio.file.Path;
import java.util.List;
import org.osgi.annotation.versioning.ProviderType;

/**
 * Installs, updates and removes features (OSGi Feature Service JSON) in the running framework,
 * modelled on the Feature Runtime of the OSGi compendium 8.1, chapter 160.
 *
 * <p>A bundle that several features name is installed once and stays until the last of them leaves.
 * Every call either carries out the whole change or leaves the framework as it was and throws a
 * {@link FeatureException}. One change at a time: a second caller is refused, not queued. Calls
 * return when the bundles are started; they may come from any thread but a yard's engine thread.
 */
@ProviderType
public interface FeatureRuntime {

  /** Installs the feature of a JSON file, applies its configurations and starts its bundles. */
  InstalledFeature install(Path json);

  /** Installs one of the product's own features, unless it is there: {@code "web"}, {@code "live"}. */
  void ensure(String name);

  /**
   * Replaces an installed feature of the same name: what is new is installed beside the old,
   * started, and waited for until no component of it is unsatisfied; only then does the old leave.
   * When that does not come about the new leaves instead. A jar that was rebuilt under the same
   * coordinates is new, and stands in for the old in every feature that names it.
   */
  InstalledFeature update(Path json);

  /** Removes a feature, its configurations, and the bundles no other feature names. */
  void remove(String name);

  /** Where the feature file of that name is that comes with Bufferyard; there need not be one. */
  Path shipped(String name);

  /** The installed features in the order of their installation. */
  List<InstalledFeature> list();

  /**
   * What is wrong now: one line for each bundle that is not resolved or not started and for each
   * component that is not satisfied, naming what it lacks. Empty when all is well.
   */
  List<String> problems();
}
