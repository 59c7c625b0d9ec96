package org.bufferyard.feature;

import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.osgi.framework.Bundle;
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

  private final Map<Long, Set<Installation>> features = new ConcurrentHashMap<>();

  /** What a feature installed, and may therefore uninstall. */
  private final Set<Long> broughtByFeatures = ConcurrentHashMap.newKeySet();

  private final Set<Long> shells = ConcurrentHashMap.newKeySet();

  private final Set<String> halted = ConcurrentHashMap.newKeySet();
  private volatile Runnable changes = () -> {};

  /** What the thread that updates is about to replace. */
  private final ThreadLocal<Bundle> replaced = new ThreadLocal<>();

  /** The plug-in folder; empty until one is watched. */
  private volatile Optional<Path> folder = Optional.empty();

  void watch(Path watched) {
    folder = Optional.of(watched);
  }

  Optional<Path> watched() {
    return folder;
  }

  /** A file's location as the watcher writes it: one slash after "file:"; Path.toUri writes three. */
  static String location(Path file) {
    return file.toFile().toURI().normalize().toString();
  }

  /** A feature's claim; others may have claimed the bundle before. */
  void claim(Bundle bundle, Installation installation, boolean broughtIt) {
    if (broughtIt) {
      broughtByFeatures.add(bundle.getBundleId());
    }
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
    return !features.containsKey(bundle.getBundleId())
        && broughtByFeatures.contains(bundle.getBundleId());
  }

  /**
   * Lets an update put the new bundle beside the old one, even of the same name and version.
   *
   * @param enter runs on this thread
   */
  Bundle beside(Bundle old, Supplier<Bundle> enter) {
    replaced.set(old);
    try {
      return enter.get();
    } finally {
      replaced.remove();
    }
  }

  /** Whether the calling thread is putting another bundle beside this one. */
  boolean isBeingReplaced(Bundle bundle) {
    return bundle.equals(replaced.get());
  }

  /** Somebody stopped it by hand; it is to stay so. */
  void stopped(Bundle bundle) {
    if (bundle.getBundleId() != 0 && halted.add(bundle.getSymbolicName())) {
      changed();
    }
  }

  void started(Bundle bundle) {
    if (halted.remove(bundle.getSymbolicName())) {
      changed();
    }
  }

  /** Symbolic names of what was stopped by hand. */
  Set<String> halted() {
    return Set.copyOf(halted);
  }

  /** Runs after each change that was made here, on the thread that made it. */
  void onChange(Runnable listener) {
    changes = listener;
  }

  void changed() {
    changes.run();
  }

  void releaseForShell(Bundle bundle) {
    shells.remove(bundle.getBundleId());
  }

  boolean isShells(Bundle bundle) {
    return shells.contains(bundle.getBundleId());
  }

  boolean isFolders(Bundle bundle) {
    return folder.map(BundleOwners::location).filter(bundle.getLocation()::startsWith).isPresent();
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
