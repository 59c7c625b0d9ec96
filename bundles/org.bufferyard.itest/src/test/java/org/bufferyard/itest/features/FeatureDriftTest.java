package org.bufferyard.itest.features;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.osgi.framework.Version;
import org.osgi.framework.VersionRange;

/** What features/*.json pin is what the pom builds and what the resolver finds. */
final class FeatureDriftTest {
  private static final Pattern RESOLVED = Pattern.compile("([\\w.-]+);version='(\\[[^']+\\))'");

  @Test
  void everyBundleOfAFeatureIsInTheRepository() {
    for (FeatureFile feature : FeatureFile.all()) {
      List<Path> missing = feature.jars().stream().filter(jar -> !Files.exists(jar)).toList();
      assertEquals(List.of(), missing, "features/" + feature.name() + ".json");
    }
  }

  @Test
  void everyBundleOfTheRepositoryIsInAFeature() throws IOException {
    Set<String> inFeatures = identities().keySet();
    Set<String> outside = new TreeSet<>();
    try (Stream<Path> jars = Files.walk(FeatureFile.REPOSITORY)) {
      jars.filter(jar -> jar.toString().endsWith(".jar"))
          // The contract suites are for authors of plug-ins, and no bundle.
          .filter(jar -> !jar.toString().endsWith("-tests.jar"))
          .map(jar -> FeatureFile.Identity.of(jar).symbolicName())
          .filter(name -> !inFeatures.contains(name))
          .forEach(outside::add);
    }
    assertEquals(Set.of("org.apache.felix.framework", "org.bufferyard.launcher"), outside);
  }

  @Test
  void theFeaturesTogetherAreWhatTheResolverFinds() throws IOException {
    Map<String, VersionRange> resolved = resolved();
    Map<String, Set<String>> features = identities();
    assertEquals(resolved.keySet(), features.keySet());
    features.forEach(
        (name, versions) ->
            versions.forEach(
                version ->
                    assertTrue(
                        resolved.get(name).includes(new Version(version)),
                        () -> name + " " + version + ": resolved is " + resolved.get(name))));
  }

  @Test
  void whatTheLauncherBootsIsInTheCoreFeature() throws IOException {
    List<Path> core =
        FeatureFile.all().stream()
            .filter(feature -> feature.name().equals("core"))
            .flatMap(feature -> feature.jars().stream())
            .toList();
    List<Path> boot =
        Files.readAllLines(FeatureFile.HOME.resolve("launch/target/boot.list")).stream()
            .filter(line -> !line.isBlank() && !line.startsWith("#"))
            .map(FeatureFile::jar)
            .toList();
    assertTrue(!boot.isEmpty() && core.containsAll(boot), () -> boot + " within " + core);
  }

  private static Map<String, Set<String>> identities() {
    return FeatureFile.all().stream()
        .flatMap(feature -> feature.jars().stream())
        .map(FeatureFile.Identity::of)
        .collect(
            Collectors.groupingBy(
                FeatureFile.Identity::symbolicName,
                TreeMap::new,
                Collectors.mapping(FeatureFile.Identity::version, Collectors.toSet())));
  }

  /** The resolver's answer to launch/bufferyard.bndrun, as the build left it. */
  private static Map<String, VersionRange> resolved() throws IOException {
    String text = Files.readString(FeatureFile.HOME.resolve("launch/target/bufferyard.bndrun"));
    Map<String, VersionRange> bundles = new TreeMap<>();
    Matcher matcher = RESOLVED.matcher(text);
    while (matcher.find()) {
      bundles.put(matcher.group(1), new VersionRange(matcher.group(2)));
    }
    return bundles;
  }
}
