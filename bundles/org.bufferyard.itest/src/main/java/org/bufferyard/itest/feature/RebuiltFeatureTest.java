package org.bufferyard.itest.feature;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.bufferyard.platform.feature.FeatureException;
import org.bufferyard.platform.feature.FeatureRuntime;
import org.bufferyard.platform.feature.InstalledFeature;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.BundleEvent;
import org.osgi.framework.ServiceReference;
import org.osgi.test.common.annotation.InjectBundleContext;
import org.osgi.test.common.annotation.InjectService;

/** An update takes jars that were rebuilt under the same coordinates. */
public final class RebuiltFeatureTest {
  @InjectBundleContext BundleContext context;
  @InjectService FeatureRuntime features;
  @TempDir Path folder;
  private Workbench bench;

  @BeforeEach
  void open() {
    bench = new Workbench(context, folder);
    System.setProperty("bufferyard.repository", folder.toString());
    System.setProperty("bufferyard.update.millis", "500");
  }

  @AfterEach
  void nothingIsLeftBehind() {
    for (InstalledFeature feature : features.list()) {
      features.remove(feature.name());
    }
    bench.close();
    assertEquals(List.of(), all());
  }

  private List<Bundle> all() {
    return Arrays.stream(context.getBundles())
        .filter(bundle -> bundle.getSymbolicName().startsWith("bench."))
        .toList();
  }

  /** What the services of the bench's bundles say of their build, by bundle. */
  private Map<String, Integer> builds() {
    Map<String, Integer> builds = new TreeMap<>();
    for (Bundle bundle : all()) {
      int build =
          Stream.ofNullable(bundle.getRegisteredServices())
              .flatMap(Arrays::stream)
              .map((ServiceReference<?> service) -> service.getProperty("build"))
              .filter(Objects::nonNull)
              .map(text -> Integer.valueOf(text.toString()))
              .findFirst()
              .orElse(0);
      Integer twice = builds.put(bundle.getSymbolicName(), build);
      assertEquals(null, twice, "two of " + bundle);
    }
    return builds;
  }

  @Test
  void aRebuiltJarIsTakenAndAnUnchangedOneStays() throws IOException {
    Path json =
        bench.feature("one", "1.0.0", bench.bundle("bench.a", "1.0.0"), bench.bundle("bench.b", "1.0.0"));
    features.install(json);
    Bundle a = bench.find("bench.a").orElseThrow();
    Bundle b = bench.find("bench.b").orElseThrow();
    features.update(json);
    assertEquals(List.of(a, b), all(), "nothing was rebuilt");
    for (int build = 1; build <= 3; build++) {
      bench.rebuild("bench.a", "1.0.0", build);
      Bundle before = bench.find("bench.a").orElseThrow();
      bench.drain();
      InstalledFeature updated = features.update(json);
      assertEquals(List.of("bench.a 1.0.0", "bench.b 1.0.0"), updated.bundles());
      assertEquals(Map.of("bench.a", build, "bench.b", 0), builds());
      assertEquals(Bundle.UNINSTALLED, before.getState());
      assertEquals(
          List.of("new started", "old stopped"),
          bench.drain().stream()
              .filter(e -> (e.getType() & (BundleEvent.STARTED | BundleEvent.STOPPED)) != 0)
              .map(
                  e ->
                      (e.getBundle().equals(before) ? "old" : "new")
                          + (e.getType() == BundleEvent.STARTED ? " started" : " stopped"))
              .toList());
      assertEquals(b, bench.find("bench.b").orElseThrow());
    }
  }

  @Test
  void aRebuiltJarThatIsNotSatisfiedLeavesTheOldRunning() throws IOException {
    Path json = bench.feature("one", "1.0.0", bench.bundle("bench.a", "1.0.0"));
    features.install(json);
    Bundle old = bench.find("bench.a").orElseThrow();
    bench.unsatisfiedBundle("bench.a", "1.0.0");
    FeatureException refused = assertThrows(FeatureException.class, () -> features.update(json));
    assertTrue(refused.getMessage().contains("lacks org.example.Never"), refused.getMessage());
    assertEquals(List.of(old), all());
    assertEquals(Bundle.ACTIVE, old.getState());
    bench.rebuild("bench.a", "1.0.0", 7);
    features.update(json);
    assertEquals(Map.of("bench.a", 7), builds());
  }

  @Test
  void whoSharesItFollows() throws IOException {
    String shared = bench.bundle("bench.shared", "1.0.0");
    Path one = bench.feature("one", "1.0.0", shared);
    features.install(one);
    features.install(bench.feature("two", "1.0.0", bench.bundle("bench.a", "1.0.0"), shared));
    bench.rebuild("bench.shared", "1.0.0", 1);
    features.update(one);
    assertEquals(Map.of("bench.a", 0, "bench.shared", 1), builds());
    features.remove("one");
    assertEquals(Map.of("bench.a", 0, "bench.shared", 1), builds(), "the other has it still");
    assertEquals(
        List.of("bench.a 1.0.0", "bench.shared 1.0.0"), features.list().getFirst().bundles());
    features.remove("two");
    assertEquals(List.of(), all());
  }

  /** Features that share jars come, go and are updated while the jars are rebuilt. */
  @Test
  void inAnyOrderEachJarIsThereOnceAsTheLastUpdateFoundIt() throws IOException {
    long seed = Long.getLong("bufferyard.seed", System.nanoTime());
    System.out.println("rebuilt features: -Dbufferyard.seed=" + seed);
    Random random = new Random(seed);
    List<String> names = List.of("bench.a", "bench.b", "bench.c");
    Map<String, Integer> jars = new TreeMap<>();
    Map<String, List<String>> uses =
        Map.of("one", names.subList(0, 2), "two", names.subList(1, 3), "three", names);
    Map<String, Path> files = new TreeMap<>();
    for (Map.Entry<String, List<String>> use : uses.entrySet()) {
      String[] coordinates = new String[use.getValue().size()];
      for (int i = 0; i < coordinates.length; i++) {
        coordinates[i] = bench.bundle(use.getValue().get(i), "1.0.0");
        jars.put(use.getValue().get(i), 0);
      }
      files.put(use.getKey(), bench.feature(use.getKey(), "1.0.0", coordinates));
    }
    Map<String, Integer> expected = new TreeMap<>();
    TreeSet<String> installed = new TreeSet<>();
    for (int step = 1; step <= 60; step++) {
      String feature = List.copyOf(files.keySet()).get(random.nextInt(files.size()));
      int what = random.nextInt(4);
      if (what == 0) {
        String name = names.get(random.nextInt(names.size()));
        // Another length: what tells builds apart is not to hang on a clock.
        jars.put(name, jars.get(name) == 0 ? 1 : jars.get(name) * 10 % 999_999_999);
        bench.rebuild(name, "1.0.0", jars.get(name));
      } else if (what == 1 && installed.contains(feature)) {
        features.remove(feature);
        installed.remove(feature);
        expected.keySet().retainAll(installed.stream().flatMap(f -> uses.get(f).stream()).toList());
      } else if (installed.add(feature)) {
        features.install(files.get(feature));
        uses.get(feature).forEach(name -> expected.putIfAbsent(name, jars.get(name)));
      } else {
        features.update(files.get(feature));
        uses.get(feature).forEach(name -> expected.put(name, jars.get(name)));
      }
      assertEquals(expected, builds(), "seed " + seed + ", step " + step);
    }
  }
}
