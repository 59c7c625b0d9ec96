package org.bufferyard.feature;

import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.bufferyard.platform.feature.FeatureException;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.BundleException;

/** Bundles that somebody installs by hand, one change at a time, and the stopping and starting of all. */
final class ShellBundles {
  private final BundleContext context;
  private final BundleOwners owners;
  private final ComponentHealth health;
  private final ReentrantLock changing = new ReentrantLock();

  ShellBundles(BundleContext context, BundleOwners owners, ComponentHealth health) {
    this.context = context;
    this.owners = owners;
    this.health = health;
  }

  String install(Path jar) {
    return change(
        () -> {
          String location = BundleOwners.location(jar);
          Bundle there = context.getBundle(location);
          if (there != null) {
            throw new FeatureException(
                "plug-in %s: belongs to %s; %s"
                    .formatted(
                        jar,
                        owners.of(there),
                        owners.isShells(there) ? "update it instead" : "remove it there first"));
          }
          return Installation.label(enter(jar, location));
        });
  }

  String update(String name, Optional<Path> from) {
    return change(
        () -> {
          Bundle old = mine(name);
          Path jar = from.orElseGet(() -> origin(old));
          Bundle next = owners.beside(old, () -> enter(jar, free(BundleOwners.location(jar))));
          List<String> problems = health.await(List.of(next));
          if (!problems.isEmpty()) {
            uninstall(next);
            throw new FeatureException(
                "plug-in %s: the new one was taken out again: %s"
                    .formatted(Installation.label(old), String.join("; ", problems)));
          }
          uninstall(old);
          return Installation.label(next);
        });
  }

  String remove(String name) {
    return change(
        () -> {
          Bundle bundle = mine(name);
          uninstall(bundle);
          return Installation.label(bundle);
        });
  }

  String start(String name) {
    Bundle bundle = find(name);
    start(bundle);
    owners.started(bundle);
    return Installation.label(bundle);
  }

  String stop(String name) {
    Bundle bundle = find(name);
    try {
      bundle.stop();
      owners.stopped(bundle);
      return Installation.label(bundle);
    } catch (BundleException e) {
      throw new FeatureException(
          "plug-in %s: does not stop: %s".formatted(name, Refusal.reason(e)), e);
    }
  }

  /** Installs, claims and starts; or leaves nothing. */
  private Bundle enter(Path jar, String location) {
    Bundle bundle;
    try (InputStream bytes = Files.newInputStream(jar)) {
      bundle = context.installBundle(location, bytes);
    } catch (IOException e) {
      throw new FeatureException("plug-in %s: no such file".formatted(jar), e);
    } catch (BundleException e) {
      throw new FeatureException(
          "plug-in %s: %s".formatted(jar, Refusal.of(e, location, context, owners)), e);
    }
    owners.claimForShell(bundle);
    try {
      start(bundle);
      return bundle;
    } catch (FeatureException e) {
      uninstall(bundle);
      throw e;
    }
  }

  private static void start(Bundle bundle) {
    if (Installation.isFragment(bundle)) {
      return;
    }
    try {
      bundle.start(Bundle.START_TRANSIENT);
    } catch (BundleException e) {
      throw new FeatureException(
          "plug-in %s: does not start: %s"
              .formatted(Installation.label(bundle), Refusal.reason(e)),
          e);
    }
  }

  /** A location is a name to the framework: what is updated from the same file needs another one. */
  private String free(String location) {
    String candidate = location;
    for (int i = 2; context.getBundle(candidate) != null; i++) {
      candidate = location + "#" + i;
    }
    return candidate;
  }

  /** The file that a bundle was installed from. */
  static Path origin(Bundle bundle) {
    return Path.of(URI.create(bundle.getLocation().replaceFirst("#\\d+$", "")));
  }

  private Bundle mine(String name) {
    List<Bundle> named = named(name);
    List<Bundle> mine = named.stream().filter(owners::isShells).toList();
    if (mine.isEmpty()) {
      throw new FeatureException(
          "plug-in %s belongs to %s; change it there".formatted(name, owners.of(named.getFirst())));
    }
    return only(name, mine);
  }

  private Bundle find(String name) {
    return only(name, named(name));
  }

  private List<Bundle> named(String name) {
    List<Bundle> named =
        Arrays.stream(context.getBundles())
            .filter(
                bundle ->
                    name.equals(bundle.getSymbolicName())
                        || name.equals(Long.toString(bundle.getBundleId())))
            .toList();
    if (named.isEmpty()) {
      throw new FeatureException("plug-in %s is not installed".formatted(name));
    }
    return named;
  }

  private static Bundle only(String name, List<Bundle> bundles) {
    if (bundles.size() > 1) {
      throw new FeatureException(
          "plug-in %s is there %d times; give the number of one: %s"
              .formatted(
                  name,
                  bundles.size(),
                  bundles.stream()
                      .map(bundle -> bundle.getBundleId() + " is " + bundle.getVersion())
                      .collect(Collectors.joining(", "))));
    }
    return bundles.getFirst();
  }

  private void uninstall(Bundle bundle) {
    try {
      bundle.uninstall();
      owners.releaseForShell(bundle);
      Installation.refresh(context, List.of(bundle), bundle.getSymbolicName());
    } catch (BundleException e) {
      throw new FeatureException(
          "plug-in %s: could not be uninstalled: %s"
              .formatted(Installation.label(bundle), Refusal.reason(e)),
          e);
    }
  }

  private <T> T change(Supplier<T> change) {
    if (!changing.tryLock()) {
      throw new FeatureException("another plug-in is being changed; try again when it is done");
    }
    try {
      T changed = change.get();
      owners.changed();
      return changed;
    } finally {
      changing.unlock();
    }
  }
}
