package org.bufferyard.itest.feature;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.bufferyard.platform.feature.FeatureException;
import org.bufferyard.platform.feature.FeatureRuntime;
import org.bufferyard.platform.feature.InstalledFeature;
import org.bufferyard.platform.feature.PluginRuntime;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.service.cm.ConfigurationAdmin;
import org.osgi.test.common.annotation.InjectBundleContext;
import org.osgi.test.common.annotation.InjectService;

/** Features come, change and go in a running framework. */
public final class FeatureRuntimeTest {
  @InjectBundleContext BundleContext context;
  @InjectService FeatureRuntime features;
  @InjectService PluginRuntime plugins;
  @InjectService ConfigurationAdmin configurations;
  @TempDir Path folder;
  private Workbench bench;

  @BeforeEach
  void open() {
    bench = new Workbench(context, folder);
    System.setProperty("bufferyard.repository", folder.toString());
    System.setProperty("bufferyard.update.millis", "200");
  }

  @AfterEach
  void nothingIsLeftBehind() {
    for (InstalledFeature feature : features.list()) {
      features.remove(feature.name());
    }
    bench.close();
    assertEquals(
        List.of(),
        java.util.Arrays.stream(context.getBundles())
            .filter(bundle -> bundle.getSymbolicName().startsWith("bench."))
            .toList());
  }

  @Test
  void anInstalledFeatureRunsAndIsListed() throws IOException {
    String a = bench.bundle("bench.a", "1.0.0");
    InstalledFeature installed = features.install(bench.feature("one", "1.0.0", a));
    assertEquals(Bundle.ACTIVE, bench.state("bench.a"));
    assertEquals(List.of("bench.a 1.0.0"), installed.bundles());
    assertEquals(List.of(installed), features.list());
    features.remove("one");
    assertEquals(Bundle.UNINSTALLED, bench.state("bench.a"));
  }

  @Test
  void aConfigurationComesAndGoesWithItsFeature() throws Exception {
    String json = "{\"bench.pid\":{\"answer:Integer\":42},\"bench.factory~x\":{\"name\":\"x\"}}";
    features.install(bench.configuredFeature("one", "1.0.0", json, bench.bundle("bench.a", "1.0.0")));
    assertEquals(
        42, configurations.getConfiguration("bench.pid", "?").getProperties().get("answer"));
    assertEquals(
        1, configurations.listConfigurations("(service.factoryPid=bench.factory)").length);
    features.remove("one");
    assertSame(null, configurations.listConfigurations("(service.factoryPid=bench.factory)"));
    assertSame(null, configurations.listConfigurations("(service.pid=bench.pid)"));
  }

  @Test
  void aSharedBundleStaysUntilTheLastFeatureLeaves() throws IOException {
    String shared = bench.bundle("bench.shared", "1.0.0");
    features.install(bench.feature("one", "1.0.0", shared));
    features.install(bench.feature("two", "1.0.0", shared));
    Bundle bundle = bench.find("bench.shared").orElseThrow();
    features.remove("one");
    assertEquals(Bundle.ACTIVE, bundle.getState());
    features.remove("two");
    assertEquals(Bundle.UNINSTALLED, bundle.getState());
  }

  @Test
  void aFailedInstallationLeavesNothing() throws IOException {
    String a = bench.bundle("bench.a", "1.0.0");
    Path json = bench.feature("one", "1.0.0", a, "test:bench.missing:1.0.0");
    FeatureException refused =
        assertThrows(FeatureException.class, () -> features.install(json));
    assertTrue(refused.getMessage().contains("test:bench.missing:1.0.0"), refused.getMessage());
    assertEquals(List.of(), features.list());
    assertEquals(Bundle.UNINSTALLED, bench.state("bench.a"));
  }

  @Test
  void anUpdateStartsTheNewBeforeTheOldLeaves() throws Exception {
    String kept = bench.bundle("bench.kept", "1.0.0");
    features.install(bench.feature("one", "1.0.0", kept, bench.bundle("bench.a", "1.0.0")));
    Bundle old = bench.find("bench.a").orElseThrow();
    Bundle same = bench.find("bench.kept").orElseThrow();
    bench.drain();
    InstalledFeature updated =
        features.update(bench.feature("one", "2.0.0", kept, bench.bundle("bench.a", "2.0.0")));
    assertEquals(List.of("bench.kept 1.0.0", "bench.a 2.0.0"), updated.bundles());
    List<String> order =
        bench.drain().stream()
            .filter(e -> e.getType() == org.osgi.framework.BundleEvent.STARTED
                || e.getType() == org.osgi.framework.BundleEvent.STOPPED)
            .map(e -> e.getBundle().getVersion() + (e.getType() == 2 ? " started" : " stopped"))
            .toList();
    assertEquals(List.of("2.0.0 started", "1.0.0 stopped"), order);
    assertEquals(Bundle.UNINSTALLED, old.getState());
    assertEquals(Bundle.ACTIVE, same.getState());
    assertNotSame(old, bench.find("bench.a").orElseThrow());
  }

  @Test
  void anUpdateThatIsNotSatisfiedLeavesTheOldRunning() throws IOException {
    features.install(bench.feature("one", "1.0.0", bench.bundle("bench.a", "1.0.0")));
    Path next = bench.feature("one", "2.0.0", bench.unsatisfiedBundle("bench.a", "2.0.0"));
    FeatureException refused = assertThrows(FeatureException.class, () -> features.update(next));
    assertTrue(refused.getMessage().contains("lacks org.example.Never"), refused.getMessage());
    assertEquals(List.of("bench.a 1.0.0"), features.list().getFirst().bundles());
    Bundle left = bench.find("bench.a").orElseThrow();
    assertEquals("1.0.0 " + Bundle.ACTIVE, left.getVersion() + " " + left.getState());
  }

  @Test
  void aProblemNamesTheComponentAndWhatItLacks() throws IOException {
    features.install(bench.feature("one", "1.0.0", bench.unsatisfiedBundle("bench.a", "1.0.0")));
    assertTrue(
        features.problems().contains("component bench.a lacks org.example.Never"),
        () -> features.problems().toString());
  }

  @Test
  void aBundleOfTheShellIsRefusedToAFeature() throws IOException {
    Path jar = folder.resolve("by-hand.jar");
    Workbench.jar(jar, "bench.a", "1.0.0", "");
    assertEquals("bench.a 1.0.0", plugins.install(jar));
    Path json = bench.feature("one", "1.0.0", bench.bundle("bench.a", "1.0.0"));
    FeatureException refused =
        assertThrows(FeatureException.class, () -> features.install(json));
    assertEquals(
        "feature one: bench.a 1.0.0 belongs to the shell; remove it there first",
        refused.getMessage());
    plugins.remove("bench.a");
    assertEquals(Bundle.UNINSTALLED, bench.state("bench.a"));
  }

  @Test
  void aBundleOfAFeatureIsRefusedToTheShell() throws IOException {
    features.install(bench.feature("one", "1.0.0", bench.bundle("bench.a", "1.0.0")));
    Path jar = folder.resolve("by-hand.jar");
    Workbench.jar(jar, "bench.a", "1.0.0", "");
    FeatureException refused = assertThrows(FeatureException.class, () -> plugins.install(jar));
    assertTrue(
        refused.getMessage().endsWith("bench.a 1.0.0 belongs to feature one; remove it there first"),
        refused.getMessage());
    FeatureException kept =
        assertThrows(FeatureException.class, () -> plugins.remove("bench.a"));
    assertEquals("plug-in bench.a belongs to feature one; change it there", kept.getMessage());
    assertEquals(Bundle.ACTIVE, bench.state("bench.a"));
  }

  @Test
  void anUpdateByHandPutsTheNewBesideTheOldEvenOfTheSameVersion() throws Exception {
    Path jar = folder.resolve("by-hand.jar");
    Workbench.jar(jar, "bench.a", "1.0.0", "");
    plugins.install(jar);
    Bundle old = bench.find("bench.a").orElseThrow();
    bench.drain();
    Workbench.jar(jar, "bench.a", "1.0.0", "");
    assertEquals("bench.a 1.0.0", plugins.update("bench.a"));
    Bundle next = bench.find("bench.a").orElseThrow();
    assertNotSame(old, next);
    List<String> order =
        bench.drain().stream()
            .filter(e -> e.getType() == org.osgi.framework.BundleEvent.STARTED
                || e.getType() == org.osgi.framework.BundleEvent.STOPPED)
            .map(e -> (e.getBundle().equals(old) ? "old" : "new") + (e.getType() == 2 ? " started" : " stopped"))
            .toList();
    assertEquals(List.of("new started", "old stopped"), order);
    assertEquals(Bundle.UNINSTALLED, old.getState());
    assertEquals("bench.a 1.0.0", plugins.update("bench.a"), "and once more");
    assertEquals("bench.a 1.0.0", plugins.remove("bench.a"));
  }

  @Test
  void anUpdateByHandThatIsNotSatisfiedLeavesTheOldRunning() throws IOException {
    Path jar = folder.resolve("by-hand.jar");
    Path broken = folder.resolve("broken.jar");
    Workbench.jar(jar, "bench.a", "1.0.0", "");
    plugins.install(jar);
    Bundle old = bench.find("bench.a").orElseThrow();
    Workbench.jar(
        broken, "bench.a", "2.0.0", "<reference name='never' interface='org.example.Never'/>");
    FeatureException refused =
        assertThrows(FeatureException.class, () -> plugins.update("bench.a", broken));
    assertEquals(
        "plug-in bench.a 1.0.0: the new one was taken out again: component bench.a lacks"
            + " org.example.Never",
        refused.getMessage());
    assertEquals(old, bench.find("bench.a").orElseThrow());
    assertEquals(Bundle.ACTIVE, old.getState());
    FeatureException missing =
        assertThrows(
            FeatureException.class,
            () -> plugins.update("bench.a", folder.resolve("nowhere.jar")));
    assertTrue(missing.getMessage().endsWith("nowhere.jar: no such file"), missing.getMessage());
    assertEquals(Bundle.ACTIVE, old.getState());
    plugins.remove(Long.toString(old.getBundleId()));
  }

  @Test
  void stoppingAndStartingIsEverybodysAndOwningIsNot() throws IOException {
    features.install(bench.feature("one", "1.0.0", bench.bundle("bench.a", "1.0.0")));
    assertEquals("bench.a 1.0.0", plugins.stop("bench.a"));
    assertEquals(Bundle.RESOLVED, bench.state("bench.a"));
    assertEquals("bench.a 1.0.0", plugins.start("bench.a"));
    assertEquals(Bundle.ACTIVE, bench.state("bench.a"));
    FeatureException refused =
        assertThrows(FeatureException.class, () -> plugins.update("bench.a"));
    assertEquals("plug-in bench.a belongs to feature one; change it there", refused.getMessage());
    FeatureException unknown =
        assertThrows(FeatureException.class, () -> plugins.stop("bench.nobody"));
    assertEquals("plug-in bench.nobody is not installed", unknown.getMessage());
  }

  @Test
  void aFileThatIsNoFeatureIsRefusedInOneLine() throws IOException {
    Path json = java.nio.file.Files.writeString(folder.resolve("broken.json"), "{\n\"id\": 7\n");
    FeatureException refused =
        assertThrows(FeatureException.class, () -> features.install(json));
    assertTrue(refused.getMessage().contains("broken.json"), refused.getMessage());
    assertEquals(1, refused.getMessage().lines().count());
  }
}
