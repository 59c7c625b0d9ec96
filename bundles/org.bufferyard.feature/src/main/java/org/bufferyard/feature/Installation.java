package org.bufferyard.feature;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.bufferyard.platform.feature.FeatureException;
import org.bufferyard.platform.feature.InstalledFeature;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.BundleException;
import org.osgi.framework.Constants;
import org.osgi.framework.FrameworkEvent;
import org.osgi.framework.wiring.FrameworkWiring;
import org.osgi.service.feature.Feature;
import org.osgi.service.feature.FeatureBundle;

/**
 * One feature's hold on the framework: the bundles it claims and the configurations it made. Used by
 * one thread at a time; {@link FeatureInstaller} sees to that.
 */
final class Installation {
  private static final long REFRESH_SECONDS = 30;

  private final BundleContext context;
  private final BundleOwners owners;
  private final FeatureJars jars;
  private final Feature feature;
  private final Path file;
  private final Set<Bundle> bundles = new LinkedHashSet<>();

  /** Whose jar was rebuilt, to what it has become. */
  private final Map<Bundle, Bundle> rebuilt = new LinkedHashMap<>();

  private AppliedConfigurations configurations = AppliedConfigurations.none();

  Installation(
      BundleContext context, BundleOwners owners, FeatureJars jars, Feature feature, Path file) {
    this.context = context;
    this.file = file;
    this.owners = owners;
    this.jars = jars;
    this.feature = feature;
  }

  String name() {
    return feature.getID().getArtifactId();
  }

  Set<Bundle> bundles() {
    return bundles;
  }

  InstalledFeature describe() {
    return new InstalledFeature(
        name(),
        feature.getID().getVersion(),
        bundles.stream().map(Installation::label).toList(),
        configurations.pids(),
        file);
  }

  static String label(Bundle bundle) {
    return bundle.getSymbolicName() + " " + bundle.getVersion();
  }

  /**
   * Installs, resolves, configures and starts; after an exception {@link #leave} undoes the rest.
   *
   * @param rebuiltToo what a feature installed from a jar that has changed since is not claimed as it
   *     is, but installed beside it
   */
  void enter(BundleRepository repository, ConfigurationStore store, boolean rebuiltToo) {
    for (FeatureBundle bundle : feature.getBundles()) {
      add(repository.find(bundle.getID(), name()), rebuiltToo);
    }
    wiring(context).resolveBundles(List.copyOf(bundles));
    configurations = store.apply(feature);
    TalkativeBundles.hush(feature);
    for (Bundle bundle : bundles) {
      if (!isFragment(bundle)) {
        start(bundle);
      }
    }
  }

  private void add(BundleRepository.Source source, boolean rebuiltToo) {
    Optional<Bundle> there = jars.find(source.jar());
    if (there.isEmpty()) {
      claim(jars.install(source, name()), true);
    } else if (rebuiltToo && jars.isRebuilt(there.get(), source.jar())) {
      Bundle next = jars.installBeside(there.get(), source.jar(), name());
      rebuilt.put(there.get(), next);
      claim(next, true);
    } else {
      claim(there.get(), false);
    }
  }

  private void claim(Bundle bundle, boolean broughtIt) {
    owners.claim(bundle, this, broughtIt);
    bundles.add(bundle);
  }

  /** Claims what an update of another feature has put in the place of bundles that it shared. */
  void follow(Installation updated) {
    List<Bundle> mine = List.copyOf(bundles);
    if (mine.stream().noneMatch(updated.rebuilt::containsKey)) {
      return;
    }
    bundles.clear();
    List<Bundle> leaving = new ArrayList<>();
    for (Bundle bundle : mine) {
      Bundle next = updated.rebuilt.get(bundle);
      if (next == null) {
        bundles.add(bundle);
      } else {
        claim(next, true);
        if (owners.release(bundle, this)) {
          leaving.add(bundle);
        }
      }
    }
    uninstall(leaving);
  }

  private void start(Bundle bundle) {
    try {
      // Transient: the framework's storage does not outlive the process.
      bundle.start(Bundle.START_TRANSIENT);
    } catch (BundleException e) {
      throw new FeatureException(
          "feature %s: %s does not start: %s"
              .formatted(name(), label(bundle), Refusal.reason(e)),
          e);
    }
  }

  /** Gives up every claim; what nobody else claims is uninstalled, last come first. */
  void leave() {
    configurations.undoAll();
    List<Bundle> leaving = new ArrayList<>();
    for (Bundle bundle : List.copyOf(bundles).reversed()) {
      if (owners.release(bundle, this)) {
        leaving.add(bundle);
      }
    }
    bundles.clear();
    uninstall(leaving);
  }

  private void uninstall(List<Bundle> leaving) {
    List<Bundle> failed = new ArrayList<>();
    for (Bundle bundle : leaving) {
      try {
        bundle.uninstall();
        jars.forget(bundle);
      } catch (BundleException e) {
        failed.add(bundle);
      }
    }
    refresh(context, leaving, "feature " + name());
    if (!failed.isEmpty()) {
      throw new FeatureException(
          "feature %s: could not uninstall %s; restart the yard".formatted(name(), failed));
    }
  }

  /** Lets go of the uninstalled bundles' class loaders; only bundles wired to them are touched. */
  static void refresh(BundleContext context, List<Bundle> uninstalled, String who) {
    if (uninstalled.isEmpty()) {
      return;
    }
    CountDownLatch done = new CountDownLatch(1);
    wiring(context)
        .refreshBundles(
            uninstalled,
            event -> {
              if (event.getType() == FrameworkEvent.PACKAGES_REFRESHED) {
                done.countDown();
              }
            });
    try {
      if (!done.await(REFRESH_SECONDS, TimeUnit.SECONDS)) {
        throw new FeatureException(
            "%s: the framework did not refresh within %d s; restart the yard"
                .formatted(who, REFRESH_SECONDS));
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static FrameworkWiring wiring(BundleContext context) {
    return context.getBundle(Constants.SYSTEM_BUNDLE_LOCATION).adapt(FrameworkWiring.class);
  }

  /** Before an old version leaves: what its successor has configured since is not to be undone. */
  void keepConfigurationsOf(Installation successor) {
    configurations = configurations.without(successor.configurations.pids());
  }

  static boolean isFragment(Bundle bundle) {
    return bundle.getHeaders().get(Constants.FRAGMENT_HOST) != null;
  }
}
