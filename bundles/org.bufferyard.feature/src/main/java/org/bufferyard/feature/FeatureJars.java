package org.bufferyard.feature;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.util.Arrays;
import java.util.Comparator;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.bufferyard.platform.feature.FeatureException;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.BundleException;

/**
 * Bundles that features install from jars: one a jar, but for the time in which the one of a rebuilt
 * jar stands beside its predecessor. Used by one thread at a time.
 */
final class FeatureJars {
  private static final String IN_PLACE = "reference:";

  /** What tells a jar from the one that was built in its place, for the price of one look. */
  private record Stamp(long bytes, FileTime modified, Optional<Object> file) {
    static Optional<Stamp> of(Path jar) {
      try {
        BasicFileAttributes now = Files.readAttributes(jar, BasicFileAttributes.class);
        return Optional.of(
            new Stamp(now.size(), now.lastModifiedTime(), Optional.ofNullable(now.fileKey())));
      } catch (IOException e) {
        return Optional.empty();
      }
    }
  }

  private final BundleContext context;
  private final BundleOwners owners;

  /** By bundle id: what its jar was. */
  private final Map<Long, Stamp> stamps = new ConcurrentHashMap<>();

  FeatureJars(BundleContext context, BundleOwners owners) {
    this.context = context;
    this.owners = owners;
  }

  /** Who was installed from that jar last. */
  Optional<Bundle> find(Path jar) {
    String file = jar.toUri().toString();
    return Arrays.stream(context.getBundles())
        .filter(bundle -> isFrom(bundle.getLocation(), file))
        .max(Comparator.comparingLong(Bundle::getBundleId));
  }

  private static boolean isFrom(String location, String file) {
    String plain =
        location.startsWith(IN_PLACE) ? location.substring(IN_PLACE.length()) : location;
    return plain.equals(file) || plain.startsWith(file + "#");
  }

  /**
   * Whether the jar is another one than the bundle was installed from. Of bundles that no feature
   * installed nobody knows.
   */
  boolean isRebuilt(Bundle bundle, Path jar) {
    Optional<Stamp> then = Optional.ofNullable(stamps.get(bundle.getBundleId()));
    return then.isPresent() && !then.equals(Stamp.of(jar));
  }

  /**
   * Installs from a jar that nobody was installed from.
   *
   * @param source where it lies
   */
  Bundle install(BundleRepository.Source source, String feature) {
    String file = source.jar().toUri().toString();
    return installed(
        source.jar(), feature, () -> context.installBundle((source.stays() ? IN_PLACE : "") + file));
  }

  /** Installs what a jar has become beside who was installed from it before. */
  Bundle installBeside(Bundle old, Path jar, String feature) {
    String file = jar.toUri().toString();
    return owners.beside(old, () -> installed(jar, feature, () -> fromBytes(jar, free(file))));
  }

  private interface Installing {
    Bundle run() throws BundleException, IOException;
  }

  private Bundle installed(Path jar, String feature, Installing installing) {
    // Before it is read: a jar that is rebuilt meanwhile counts as rebuilt.
    Optional<Stamp> stamp = Stamp.of(jar);
    try {
      Bundle bundle = installing.run();
      stamp.ifPresent(s -> stamps.put(bundle.getBundleId(), s));
      return bundle;
    } catch (BundleException e) {
      throw new FeatureException(
          "feature %s: %s"
              .formatted(feature, Refusal.of(e, jar.toUri().toString(), context, owners)),
          e);
    } catch (IOException e) {
      throw new FeatureException("feature %s: %s cannot be read".formatted(feature, jar), e);
    }
  }

  /** A copy: by reference, the framework would read the old one's file. */
  private Bundle fromBytes(Path jar, String location) throws BundleException, IOException {
    try (InputStream bytes = Files.newInputStream(jar)) {
      return context.installBundle(location, bytes);
    }
  }

  /** A location is a name to the framework: what comes from the same file needs another one. */
  private String free(String file) {
    int i = 2;
    while (context.getBundle(file + "#" + i) != null) {
      i++;
    }
    return file + "#" + i;
  }

  void forget(Bundle bundle) {
    stamps.remove(bundle.getBundleId());
  }
}
