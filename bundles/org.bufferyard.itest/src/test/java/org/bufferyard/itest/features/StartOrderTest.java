package org.bufferyard.itest.features;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.ServiceLoader;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleException;
import org.osgi.framework.Constants;
import org.osgi.framework.ServiceReference;
import org.osgi.framework.launch.Framework;
import org.osgi.framework.launch.FrameworkFactory;

/** Whatever the order in which all bundles start, libraries and SCR among them: the same services. */
final class StartOrderTest {
  private static final int FRAMEWORKS = 3;
  private static final int ROUNDS = 3;
  private static final String HEALTH = "org.bufferyard.platform.feature.FeatureRuntime";

  /** What tells one service from another, whoever came first. */
  private static final List<String> PROPERTIES =
      List.of(
          "component.name",
          "models",
          "flavour",
          "service.ranking",
          "osgi.command.scope",
          "osgi.command.function",
          "org.bufferyard.model",
          "org.bufferyard.model.core");

  // Felix deletes bundle files late.
  @TempDir(cleanup = CleanupMode.NEVER) Path folder;

  @Test
  void theSameServicesComeInEveryOrder() throws Exception {
    long seed = Long.getLong("bufferyard.seed", System.nanoTime());
    System.out.println("StartOrderTest seed " + seed);
    Random random = new Random(seed);
    Map<String, Long> expected = servicesOfTheUsualOrder();
    for (String one : List.of("platform.command.BatchCommands", "/device/codec/1.0", "models=[buddy]")) {
      assertTrue(expected.keySet().stream().anyMatch(s -> s.contains(one)), expected::toString);
    }
    for (int i = 0; i < FRAMEWORKS; i++) {
      Framework framework = framework("random" + i);
      List<Bundle> bundles = install(framework);
      for (int round = 0; round < ROUNDS; round++) {
        Collections.shuffle(bundles, random);
        String order = "seed " + seed + ": " + bundles;
        start(bundles);
        assertEquals(List.of(), problems(framework), order);
        assertEquals(expected, services(framework), order);
        Collections.shuffle(bundles, random);
        stop(bundles);
        Map<String, Long> left = services(framework);
        left.keySet().removeIf(service -> service.startsWith("org.apache.felix.framework "));
        assertEquals(Map.of(), left, () -> "seed " + seed + ", stopped in the order " + bundles);
      }
      stop(framework);
    }
  }

  private Map<String, Long> servicesOfTheUsualOrder() throws Exception {
    Framework framework = framework("usual");
    start(install(framework));
    assertEquals(List.of(), problems(framework));
    Map<String, Long> services = services(framework);
    stop(framework);
    return services;
  }

  private Framework framework(String name) throws BundleException {
    FrameworkFactory factory = ServiceLoader.load(FrameworkFactory.class).iterator().next();
    Framework framework =
        factory.newFramework(
            Map.of(
                Constants.FRAMEWORK_STORAGE, folder.resolve(name).toString(),
                "felix.log.level", "1",
                // Standard input is the build's; a shell that reads it also keeps this process alive.
                "gosh.args", "--nointeractive --noshutdown",
                "bufferyard.repository", FeatureFile.REPOSITORY.toString(),
                "bufferyard.features", FeatureFile.HOME.resolve("features").toString()));
    framework.start();
    return framework;
  }

  /** All features but the one that watches a folder and reads the terminal. */
  private static List<Bundle> install(Framework framework) throws BundleException {
    Set<Path> jars = new LinkedHashSet<>();
    FeatureFile.all().stream()
        .filter(feature -> !feature.name().equals("live"))
        .forEach(feature -> jars.addAll(feature.jars()));
    List<Bundle> bundles = new ArrayList<>();
    for (Path jar : jars) {
      bundles.add(framework.getBundleContext().installBundle("reference:" + jar.toUri()));
    }
    assertFalse(bundles.isEmpty());
    return bundles;
  }

  private static void start(List<Bundle> bundles) throws BundleException {
    for (Bundle bundle : bundles) {
      bundle.start(Bundle.START_TRANSIENT);
    }
  }

  private static void stop(List<Bundle> bundles) throws BundleException {
    for (Bundle bundle : bundles) {
      bundle.stop(Bundle.STOP_TRANSIENT);
    }
  }

  private static void stop(Framework framework) throws Exception {
    framework.stop();
    framework.waitForStop(20_000);
  }

  private static Map<String, Long> services(Framework framework) throws Exception {
    ServiceReference<?>[] references =
        framework.getBundleContext().getAllServiceReferences(null, null);
    return Arrays.stream(references)
        .map(StartOrderTest::describe)
        .collect(Collectors.groupingBy(s -> s, TreeMap::new, Collectors.counting()));
  }

  private static String describe(ServiceReference<?> reference) {
    String[] classes = (String[]) reference.getProperty(Constants.OBJECTCLASS);
    String properties =
        PROPERTIES.stream()
            .filter(name -> reference.getProperty(name) != null)
            .map(name -> " " + name + "=" + text(reference.getProperty(name)))
            .collect(Collectors.joining());
    return reference.getBundle().getSymbolicName()
        + " "
        + Arrays.stream(classes).sorted().toList()
        + properties;
  }

  private static String text(Object value) {
    return value instanceof Object[] many ? Arrays.toString(many) : value.toString();
  }

  /**
   * What the house itself says. All references, since the framework takes this test's own class of
   * that name for the one that is asked for.
   */
  private static List<?> problems(Framework framework) throws Exception {
    ServiceReference<?> reference =
        framework.getBundleContext().getAllServiceReferences(HEALTH, null)[0];
    Object health = framework.getBundleContext().getService(reference);
    Class<?> contract = health.getClass().getClassLoader().loadClass(HEALTH);
    List<?> problems = (List<?>) contract.getMethod("problems").invoke(health);
    framework.getBundleContext().ungetService(reference);
    return problems;
  }
}
