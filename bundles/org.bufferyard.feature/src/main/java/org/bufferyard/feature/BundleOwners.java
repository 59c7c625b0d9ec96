package org.bufferyard.feature;

import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;

/**
 * Who put a bundle into the framework: the launcher, features, the plug-in folder or the shell.
 *
 * <p>Safe for use by several threads: the folder's watcher asks while features change. Claims are
 * kept by bundle id, which the framework never gives twice.
 */
@Component(service = BundleOwners.class)
public final class BundleOwners {
  /** Symbolic name of the bundle that watches the plug-in folder. */
  static final String WATCHER = "org.apache.felix.fileinstall";

  /**
   * The launcher boots this bundle last, so every bundle up to it came with the launcher and stays,
   * whatever features do. (Asking the framework for its bundles here would run {@link FolderGuard},
   * which needs this object.)
   */
  private final long lastOfLauncher;

  private final Map<Long, Set<Installation>> features = new ConcurrentHashMap<>();
  private final Set<Long> shells = ConcurrentHashMap.newKeySet();

  @Activate
  public BundleOwners(BundleContext context) {
    lastOfLauncher = context.getBundle().getBundleId();
  }

  void claim(Bundle bundle, Installation installation) {
    features.merge(
        bundle.getBundleId(),
        Set.of(installation),
        (old, one) ->
            Stream.concat(old.stream(), one.stream()).collect(Collectors.toUnmodifiableSet()));
  }

  void claimForShell(Bundle bundle) {
    shells.add(bundle.getBundleId());
  }

  /** Takes a feature's claim back; true when the bundle is now nobody's and may leave. */
  boolean release(Bundle bundle, Installation installation) {
    features.computeIfPresent(
        bundle.getBundleId(),
        (id, old) -> {
          Set<Installation> left =
              old.stream()
                  .filter(claim -> claim != installation)
                  .collect(Collectors.toUnmodifiableSet());
          return left.isEmpty() ? null : left;
        });
    return !features.containsKey(bundle.getBundleId()) && bundle.getBundleId() > lastOfLauncher;
  }

  void releaseForShell(Bundle bundle) {
    shells.remove(bundle.getBundleId());
  }

  boolean isShells(Bundle bundle) {
    return shells.contains(bundle.getBundleId());
  }

  /** True for a bundle that came through the plug-in folder: nobody here has claimed it. */
  boolean isFolders(Bundle bundle) {
    long id = bundle.getBundleId();
    return id > lastOfLauncher && !features.containsKey(id) && !shells.contains(id);
  }

  /** The owner in words for a message. */
  String of(Bundle bundle) {
    Set<Installation> claims = features.getOrDefault(bundle.getBundleId(), Set.of());
    if (!claims.isEmpty()) {
      return claims.stream()
          .map(Installation::name)
          .distinct()
          .sorted()
          .collect(Collectors.joining(" and ", "feature ", ""));
    }
    if (isShells(bundle)) {
      return "the shell";
    }
    return isFolders(bundle) ? "the plug-in folder" : "the launcher";
  }
}
